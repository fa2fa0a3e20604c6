import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { connect, createServer as createTlsServer } from 'node:tls'
import { RawClient } from '../../helpers/raw-http.ts'
import { tls } from './setup.ts'

/** How the behaviours of raw connections are tested: with TLS and without. */
export interface RawKind {
  create(onSocket: (socket: Socket) => void): Server
  /** Brings the sockets that the protocol runs on. */
  readonly event: 'connection' | 'secureConnection'
  dial(port: number): Promise<RawClient>
}

/** The servers whose protocol lastcall does not know. */
export const rawKinds: Readonly<Record<'net.Server' | 'tls.Server', RawKind>> = {
  'net.Server': {
    create: (onSocket) => createServer(onSocket),
    event: 'connection',
    dial: (port) => RawClient.connect(port),
  },
  'tls.Server': {
    create: (onSocket) => createTlsServer(tls, onSocket),
    event: 'secureConnection',
    dial: async (port) => {
      const socket = connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
      await once(socket, 'secureConnect')
      return new RawClient(socket)
    },
  },
}
