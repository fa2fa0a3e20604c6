import httpShutdown from 'http-shutdown'

export const graceOption = null

export function setUp(server, _options, cleanUp) {
  httpShutdown(server)
  process.once('SIGTERM', () => {
    server.shutdown(async (error) => {
      await cleanUp()
      process.exit(error ? 1 : 0)
    })
  })
}
