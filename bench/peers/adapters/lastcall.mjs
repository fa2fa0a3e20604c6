import { createLifecycle, eventStream } from 'lastcall'

export const graceOption = 'drainTimeoutMs'

export async function setUp(server, options, cleanUp) {
  const lifecycle = createLifecycle({ ...options })
  lifecycle.serve(server)
  lifecycle.onStop('clean-up', cleanUp)
  await lifecycle.start()
  return { streamEvents: (response) => eventStream(lifecycle, response) }
}
