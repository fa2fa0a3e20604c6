import { randomBytes } from 'node:crypto'
import { type Agent, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionFacts, factsOf } from '../../dial-agent.ts'
import type { RequestStage, SampleError } from '../../sample.ts'
import { describeTimeout } from '../../trace.ts'

/** Where to open a WebSocket. */
export interface WebSocketPlace {
  readonly path: string
  readonly hostHeader: string
  /** Of the handshake. */
  readonly timeoutMs: number
}

/** An open WebSocket, and what of its frames came with the answer already. */
export interface Opened {
  readonly socket: Socket
  readonly head: Buffer
}

/** Why there is none. */
export interface NotOpened {
  readonly error: SampleError
  readonly status: number | undefined
  readonly facts: ConnectionFacts | undefined
}

/** Dials and upgrades (RFC 6455 §4.1). Never rejects. */
export function openWebSocket(agent: Agent, place: WebSocketPlace): Promise<Opened | NotOpened> {
  const { promise, resolve } = Promise.withResolvers<Opened | NotOpened>()
  let stage: RequestStage = 'connect'
  let status: number | undefined
  let facts: ConnectionFacts | undefined
  const headers = {
    host: place.hostHeader,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
  const request = httpRequest({ agent, path: place.path, headers })
  const startedAtMs = performance.now()
  const giveUp = (error: SampleError): void => {
    clearTimeout(timer)
    resolve({ error, status, facts })
    request.destroy()
  }
  const fail = (code: string, message: string, syscall?: string): void =>
    giveUp({ code, message, stage, ...(syscall !== undefined && { syscall }) })
  const timer = setTimeout(() => {
    const message = `no WebSocket within ${place.timeoutMs} ms`
    giveUp(describeTimeout({ message, stage }, performance.now() - startedAtMs - place.timeoutMs))
  }, place.timeoutMs)
  request.on('socket', (socket) => {
    facts = factsOf(socket)
    socket.once('connect', () => (stage = 'wait'))
  })
  request.on('upgrade', (_response, socket, head) => {
    clearTimeout(timer)
    resolve({ socket: socket as Socket, head })
  })
  request.on('response', (response) => {
    status = response.statusCode
    response.on('error', () => undefined)
    fail(`HTTP_${status}`, `answered ${status} instead of opening a WebSocket`)
  })
  request.on('error', (error: NodeJS.ErrnoException) =>
    fail(error.code ?? 'UNKNOWN', error.message, error.syscall),
  )
  request.end()
  return promise
}
