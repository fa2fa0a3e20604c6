import { once } from 'node:events'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { tls } from '../setup.ts'

/** A kind of server that carries upgrades, and its clients. */
export interface Kind {
  createServer(): Server
  /** Connects and says nothing. */
  connect(port: number): Promise<Socket>
  readonly scheme: 'ws' | 'wss'
}

/** Every kind of server that carries upgrades. */
export const kinds: Record<string, Kind> = {
  http: {
    createServer: () => createHttpServer((_, response) => response.end('plain')),
    connect: async (port) => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
    scheme: 'ws',
  },
  https: {
    createServer: () => createHttpsServer(tls, (_, response) => response.end('plain')),
    connect: async (port) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      return socket
    },
    scheme: 'wss',
  },
}
