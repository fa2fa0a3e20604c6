import { lastcall } from 'lastcall/fastify'
import { eventStream } from 'lastcall'

export const graceOption = 'drainTimeoutMs'

export async function setUp(app, options, cleanUp) {
  await app.register(lastcall, { ...options })
  app.lifecycle.onStop('clean-up', cleanUp)
  return { streamEvents: (response) => eventStream(app.lifecycle, response) }
}
