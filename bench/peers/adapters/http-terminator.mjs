import { createHttpTerminator } from 'http-terminator'

export const graceOption = 'gracefulTerminationTimeout'

export function setUp(server, options, cleanUp) {
  const httpTerminator = createHttpTerminator({ server, ...options })
  const shutDown = async () => {
    await httpTerminator.terminate()
    await cleanUp()
    process.exit(0)
  }
  process.once('SIGTERM', () => void shutDown())
}
