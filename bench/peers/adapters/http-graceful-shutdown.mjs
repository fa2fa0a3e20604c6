import gracefulShutdown from 'http-graceful-shutdown'

export const graceOption = 'timeout'

export function setUp(server, options, cleanUp) {
  gracefulShutdown(server, { ...options, onShutdown: cleanUp })
}
