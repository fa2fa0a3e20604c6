import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Writable } from 'node:stream'
import type { EventStream } from '../../src/index.ts'

type AnyRequest = IncomingMessage | Http2ServerRequest
type AnyResponse = ServerResponse | Http2ServerResponse

/** Opens an event stream that the package ends; what it brings for this, if it does. */
export type StreamEvents = (response: AnyResponse) => EventStream

/** What a route tells about. */
export interface RouteOptions {
  readonly onArrived: () => void
  readonly streamEvents?: StreamEvents | undefined
}

const EVENT_EVERY_MS = 50

/**
 * The same application for every package: `/` at once, `/slow?ms=…` late, `/begun?ms=…` in two parts,
 * `/events` without an end.
 */
export function answer(request: AnyRequest, response: AnyResponse, options: RouteOptions): void {
  const url = new URL(request.url ?? '/', 'http://host')
  const ms = Number(url.searchParams.get('ms') ?? 0)
  if (url.pathname === '/slow') {
    options.onArrived()
    setTimeout(() => response.end('late'), ms)
  } else if (url.pathname === '/begun') {
    writableOf(response).write('first ')
    options.onArrived()
    setTimeout(() => response.end('last'), ms)
  } else if (url.pathname === '/events') {
    if (options.streamEvents) void sendEvents(options.streamEvents(response))
    else writeEvents(response)
  } else {
    response.end('hello')
  }
}

async function sendEvents(stream: EventStream): Promise<void> {
  while (await stream.send('now')) await new Promise((resolve) => setTimeout(resolve, EVENT_EVERY_MS))
}

/** What one writes without a package's help: it goes on until the client has gone. */
function writeEvents(response: AnyResponse): void {
  response.setHeader('content-type', 'text/event-stream')
  const write = (): unknown => writableOf(response).write('data: now\n\n')
  response.on('error', () => {})
  write()
  const timer = setInterval(write, EVENT_EVERY_MS)
  response.on('close', () => clearInterval(timer))
}

// The overloads of the two kinds of response do not go together, what they inherit does.
function writableOf(response: AnyResponse): Writable {
  return response
}
