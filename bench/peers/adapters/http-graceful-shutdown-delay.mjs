import gracefulShutdown from 'http-graceful-shutdown'

export const graceOption = 'timeout'

export function setUp(server, options, cleanUp) {
  const preShutdown = () => new Promise((resolve) => setTimeout(resolve, 1_000))
  gracefulShutdown(server, { ...options, preShutdown, onShutdown: cleanUp })
}
