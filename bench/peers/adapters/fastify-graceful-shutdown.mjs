import gracefulShutdown from 'fastify-graceful-shutdown'

export const graceOption = 'timeout'

export async function setUp(app, options, cleanUp) {
  await app.register(gracefulShutdown, { ...options })
  app.addHook('onClose', cleanUp)
}
