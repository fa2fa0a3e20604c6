import { connect, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { Lane } from './lane.ts'
import { requestText } from './raw-request.ts'

const request = Buffer.from(requestText('/'))
// One buffer for all: what is read is only counted.
const scratch = Buffer.alloc(65_536)

/** A lane over plain TCP, with as little work per answer as possible. */
export function openPlainLane(port: number, onClose: () => void): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: scratch,
        callback: (count) => {
          lane.onBytes(count)
          return true
        },
      },
    })
    const lane = new SocketLane(socket, onClose, () => resolve(lane), reject)
    socket.once('connect', () => lane.probe())
  })
}

/** A lane inside TLS. Its server is on loopback, and its certificate is a test's. */
export function openSecureLane(port: number, onClose: () => void): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const socket = connectSecure({ port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.setNoDelay(true)
    const lane = new SocketLane(socket, onClose, () => resolve(lane), reject)
    socket.on('data', (chunk: Buffer) => lane.onBytes(chunk.length))
    socket.once('secureConnect', () => lane.probe())
  })
}

/**
 * Counts bytes: all answers are alike, Date included, so the length of the first says where each of them
 * ends.
 */
class SocketLane implements Lane {
  readonly #socket: Socket
  readonly #onReady: () => void
  #size = 0
  #missing = Infinity
  #onAnswer: () => void = () => {}
  #onFailure: (error: Error) => void

  constructor(socket: Socket, onClose: () => void, onReady: () => void, onFailure: (error: Error) => void) {
    this.#socket = socket
    this.#onReady = onReady
    this.#onFailure = onFailure
    // Between rounds it is the end of the server, which is as it should be; in a round it fails the round.
    socket.on('error', (error) => this.#onFailure(error))
    socket.on('close', () => {
      onClose()
      this.#onFailure(new Error('the server closed a connection under load'))
    })
  }

  /** One request to learn the length of the answer, which is small enough to come in one piece. */
  probe(): void {
    this.#socket.write(request)
  }

  onBytes(bytes: number): void {
    if (this.#size === 0) {
      this.#size = bytes
      return this.#onReady()
    }
    this.#missing -= bytes
    if (this.#missing > 0) return
    if (this.#missing < 0)
      return this.#onFailure(new Error(`an answer was ${-this.#missing} bytes longer than the first`))
    this.#onAnswer()
  }

  run(until: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let count = 0
      this.#missing = this.#size
      this.#onFailure = reject
      this.#onAnswer = () => {
        count++
        this.#missing = this.#size
        if (performance.now() >= until) resolve(count)
        else this.#socket.write(request)
      }
      this.#socket.write(request)
    })
  }
}
