import GracefulServer from '@gquittet/graceful-server'

export const graceOption = 'timeout'

export function setUp(server, options, cleanUp) {
  const gracefulServer = GracefulServer(server, { kubernetes: true, ...options, closePromises: [cleanUp] })
  server.once('listening', () => gracefulServer.setReady())
}
