import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { blockUntilOpen, database, passGate } from '#parts'

export { database }

/** The routes of every server under test: each framework writes them in its own way. */
const routes: Record<string, (request: IncomingMessage, response: ServerResponse, gate: string) => unknown> =
  {
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

export function app(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://test')
  void routes[pathname]?.(request, response, searchParams.get('gate') ?? '')
}
