import { createTerminus } from '@godaddy/terminus'

export const graceOption = 'timeout'

export function setUp(server, options, cleanUp) {
  createTerminus(server, {
    ...options,
    healthChecks: { '/healthcheck': async () => {} },
    beforeShutdown: () => new Promise((resolve) => setTimeout(resolve, 1_000)),
    onSignal: cleanUp,
    useExit0: true,
  })
}
