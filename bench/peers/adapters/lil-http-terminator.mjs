import HttpTerminator from 'lil-http-terminator'

export const graceOption = 'gracefulTerminationTimeout'

export function setUp(server, options, cleanUp) {
  const httpTerminator = HttpTerminator({ server, ...options })
  const shutDown = async () => {
    await httpTerminator.terminate()
    await cleanUp()
    process.exit(0)
  }
  process.once('SIGTERM', () => void shutDown())
}
