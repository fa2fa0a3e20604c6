import { createTerminus } from '@godaddy/terminus'

export const graceOption = 'timeout'

export function setUp(server, options, cleanUp) {
  createTerminus(server, {
    ...options,
    healthChecks: { '/healthcheck': async () => {} },
    onSignal: cleanUp,
  })
}
