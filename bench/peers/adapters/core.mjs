export const graceOption = null

export function setUp(server, _options, cleanUp) {
  process.once('SIGTERM', () => {
    server.close(async (error) => {
      await cleanUp()
      process.exit(error ? 1 : 0)
    })
  })
}
