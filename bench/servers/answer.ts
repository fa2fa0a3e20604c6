import type { Server } from 'node:net'

interface Answering {
  setHeader(name: string, value: string | number): unknown
  end(body: string): unknown
}

/** The whole work of a request: the worst case for whatever is added to it. */
export function answerHello(_request: unknown, response: Answering): void {
  const body = '{"hello":"world"}'
  response.setHeader('content-type', 'application/json')
  response.setHeader('content-length', body.length)
  response.end(body)
}

/** Gives a server a lifecycle, as users do. */
export async function useLastcall(server: Server, shutdownDelayMs = 0): Promise<void> {
  const { createLifecycle } = await import('lastcall')
  const lifecycle = createLifecycle({ shutdownDelayMs, probePort: 0, probeHost: '127.0.0.1' })
  lifecycle.serve(server)
  await lifecycle.start()
}
