import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { WAIT_MS } from './eventually.ts'

/** How a connection ended for its client. */
export type Ending = 'open' | 'end' | 'reset'

/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A client that sees and sends bytes, so that nothing is retried, pooled or tidied up for it. */
export class RawClient {
  readonly socket: Socket
  received = ''
  ending: Ending = 'open'
  #waiters: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.received += text
      this.#wake()
    })
    socket.on('end', () => this.#finish('end'))
    socket.on('error', () => this.#finish('reset'))
    socket.on('close', () => this.#wake())
  }

  static async connect(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...options })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  send(text: string): void {
    this.socket.write(text)
  }

  get(path = '/', headers = ''): void {
    this.send(`GET ${path} HTTP/1.1\r\nHost: test\r\n${headers}\r\n`)
  }

  /** Everything that has arrived, split into responses. Bodies are delimited by Content-Length or chunks. */
  responses(): RawResponse[] {
    return parse(this.received)
  }

  /** Resolves when so many responses are complete; rejects when the connection ends before. */
  async response(count = 1): Promise<RawResponse> {
    await this.until(() => this.responses().length >= count || this.ending !== 'open')
    const response = this.responses()[count - 1]
    if (!response)
      throw new Error(`the connection ended (${this.ending}) after ${JSON.stringify(this.received)}`)
    return response
  }

  /** Resolves when the server has ended the connection, to how it did. */
  async ended(): Promise<Ending> {
    await this.until(() => this.ending !== 'open')
    return this.ending
  }

  /** Waits for a condition that only arriving data or the end of the connection can make true. */
  async until(condition: () => boolean): Promise<void> {
    const end = performance.now() + WAIT_MS
    const deadline = setTimeout(() => this.#wake(), WAIT_MS + 1)
    try {
      while (!condition()) {
        if (performance.now() > end) {
          throw new Error(`still waiting after ${WAIT_MS / 1_000} s, with ${JSON.stringify(this.received)}`)
        }
        await new Promise<void>((resolve) => this.#waiters.push(resolve))
      }
    } finally {
      clearTimeout(deadline)
    }
  }

  close(): void {
    this.socket.destroy()
  }

  #finish(ending: Ending): void {
    if (this.ending === 'open') this.ending = ending
    this.#wake()
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter()
  }
}

function parse(text: string): RawResponse[] {
  const responses: RawResponse[] = []
  let rest = text
  for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
    const status = Number(statusLine.split(' ')[1])
    rest = rest.slice(end + 4)
    if (status === 100) continue
    const body = takeBody(headers, rest)
    if (!body) break
    rest = rest.slice(body.length)
    responses.push({ status, headers, body: body.text })
  }
  return responses
}

function takeBody(headers: Record<string, string>, rest: string): { text: string; length: number } | null {
  if (headers['transfer-encoding'] !== 'chunked') {
    const length = Number(headers['content-length'] ?? 0)
    return rest.length >= length ? { text: rest.slice(0, length), length } : null
  }
  let text = ''
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(rest.slice(at, lineEnd), 16)
    if (rest.length < lineEnd + 2 + size + 2) return null
    text += rest.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
    if (size === 0) return { text, length: at }
  }
}
