import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { text } from 'node:stream/consumers'
import { blockUntilOpen, database, passGate } from '#parts'

export { database }

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse, gate: string) => unknown

const routes: Record<string, Handler> = {
  '/': (_, response) => response.end('ok'),
  '/slow': async (_, response, gate) => {
    await passGate(gate)
    response.end(await database.query())
  },
  '/stream': async (_, response, gate) => {
    response.write('begun ')
    await passGate(gate)
    response.end(await database.query())
  },
  '/echo': async (request, response) => response.end(await text(request)),
  '/block': (_, response, gate) => {
    blockUntilOpen(gate)
    response.end('ok')
  },
}

export function app(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url, 'http://test')
  void routes[pathname]?.(request, response, searchParams.get('gate') ?? '')
}
