import stoppable from 'stoppable'

export const graceOption = 'grace'

export function setUp(server, { grace }, cleanUp) {
  stoppable(server, grace)
  process.once('SIGTERM', () => {
    server.stop(async (error) => {
      await cleanUp()
      process.exit(error ? 1 : 0)
    })
  })
}
