import closeWithGrace from 'close-with-grace'

export const graceOption = 'delay'

export function setUp(app, options, cleanUp) {
  app.addHook('onClose', cleanUp)
  closeWithGrace({ ...options }, async ({ err }) => {
    if (err) app.log.error({ err }, 'server closing with error')
    await app.close()
  })
}
