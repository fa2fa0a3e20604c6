import { type ChildProcess, type SendHandle, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type NewsMessage,
  type OrderMessage,
  type SupervisedSocket,
  UV_TCP_REUSEPORT,
} from '../../src/core/supervision.ts'
import { Child } from './child.ts'
import { cleanEnvironment } from './clean-environment.ts'
import { WAIT_MS } from './eventually.ts'

/** Node's own handle of a bound socket. */
interface Handle {
  readonly fd: number
  getsockname?(into: Partial<net.AddressInfo>): number
  close(): void
}

const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle(
    host: string,
    port: number,
    type: number,
    fd?: undefined,
    flags?: number,
  ): Handle | number
}

/** A bound socket, on which nobody listens. */
interface Bound {
  readonly name: string
  readonly handle: Handle
  readonly port?: number
  readonly host?: string
  readonly path?: string
  readonly reusePort?: true
}

/** How a generation is started. */
export interface GenerationOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether `lastcall/auto` is imported. false */
  readonly auto?: boolean
}

type Kind = NewsMessage['lastcall']
type News<K extends Kind> = Extract<NewsMessage, { lastcall: K }>

/** `lastcall/auto` of this checkout. */
const auto = new URL('../../src/integrations/auto/index.ts', import.meta.url).href

/** The other end of the protocol: binds sockets, starts programs with them, says what a test says. */
export class FakeSupervisor {
  readonly #t: TestContext
  readonly #sockets: Bound[] = []
  #generations = 0

  constructor(t: TestContext) {
    this.#t = t
  }

  /** Binds a free port of 127.0.0.1. With SO_REUSEPORT, generations bind it as well, and inherit nothing. */
  bind(name: string, reusePort = false): number {
    const handle = created(createHandle('127.0.0.1', 0, 4, undefined, reusePort ? UV_TCP_REUSEPORT : 0))
    const address: Partial<net.AddressInfo> = {}
    handle.getsockname?.(address)
    const { port = 0 } = address
    this.#add({ name, handle, host: '127.0.0.1', port, ...(reusePort && { reusePort }) })
    return port
  }

  /** Binds a unix socket. */
  bindPath(name: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-supervised-'))
    this.#t.after(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'app.sock')
    this.#add({ name, handle: created(createHandle(path, -1, -1)), path })
    return path
  }

  /** Starts a program by its URL or by its path in `test/fixtures/supervised`. */
  start(
    program: string,
    { args = [], env = {}, auto: withAuto = false }: GenerationOptions = {},
  ): Generation {
    const passed = this.#sockets.filter(({ reusePort }) => !reusePort)
    const sockets = this.#sockets.map(({ handle, ...socket }) => {
      const index = passed.findIndex((one) => one.handle === handle)
      return (index < 0 ? socket : { ...socket, fd: 3 + index }) as SupervisedSocket
    })
    const file = fileURLToPath(new URL(program, new URL('../fixtures/supervised/', import.meta.url)))
    const child = spawn(process.execPath, [file, ...args], {
      env: {
        ...cleanEnvironment(),
        ...(withAuto && { NODE_OPTIONS: `--import ${auto}` }),
        LASTCALL_PROBE_PORT: 'false',
        LASTCALL_TERMINATION_LOG: 'false',
        LASTCALL_SUPERVISOR: String(process.pid),
        LASTCALL_GENERATION: String(++this.#generations),
        LASTCALL_SOCKETS: JSON.stringify(sockets),
        LISTEN_FDS: String(passed.length),
        LISTEN_FDNAMES: passed.map(({ name }) => name).join(':'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', ...passed.map(({ handle }) => handle.fd), 'ipc'],
    })
    this.#t.after(() => child.kill('SIGKILL'))
    return new Generation(child, this.#sockets)
  }

  #add(socket: Bound): void {
    this.#sockets.push(socket)
    this.#t.after(() => socket.handle.close())
  }
}

/** A program under a {@link FakeSupervisor}. */
export class Generation extends Child {
  /** Everything that it has said on the channel. */
  readonly news: NewsMessage[] = []
  readonly #sockets: readonly Bound[]
  readonly #waiters = new Set<() => void>()

  constructor(child: ChildProcess, sockets: readonly Bound[]) {
    super(child)
    this.#sockets = sockets
    child.on('message', (message) => {
      this.news.push(message as NewsMessage)
      this.#wake()
    })
    void this.exited.then(() => this.#wake())
  }

  /** Resolves to its news of this kind, of which it may have said more. */
  async said<K extends Kind>(kind: K, count = 1): Promise<News<K>> {
    const find = (): News<K> | undefined =>
      this.news.filter((message): message is News<K> => message.lastcall === kind)[count - 1]
    const deadline = setTimeout(() => this.process.kill('SIGKILL'), WAIT_MS)
    try {
      while (find() === undefined && this.process.exitCode === null && this.process.signalCode === null)
        await new Promise<void>((resolve) => this.#waiters.add(resolve))
    } finally {
      clearTimeout(deadline)
    }
    const found = find()
    if (!found) throw new Error(`no ${kind} in ${JSON.stringify(this.news)}\n${this.stdout}\n${this.stderr}`)
    return found
  }

  order(message: OrderMessage, handle?: Handle): void {
    this.process.send(message, handle as SendHandle | undefined)
  }

  /** Resolves when it is ready, has been told to accept, and does. */
  async accepts(): Promise<void> {
    await this.said('ready')
    this.order({ lastcall: 'accept' })
    await this.said('accepting')
  }

  /** Resolves when it has stopped accepting. */
  async pauses(count = 1): Promise<void> {
    this.order({ lastcall: 'pause' })
    await this.said('paused', count)
  }

  /** Sends it all its sockets again; a port that it binds by itself comes without a handle. */
  resume(): void {
    for (const { name, handle, reusePort } of this.#sockets)
      this.order({ lastcall: 'resume', socket: name }, reusePort ? undefined : handle)
  }

  drain(delayMs = 0): void {
    this.order({ lastcall: 'drain', reason: 'replaced', delayMs })
  }

  /** Closes the channel, as the end of the supervisor does. */
  abandon(): void {
    const { process: child } = this
    child.once('exit', (...how) => {
      // Node emits no 'close' for a child whose channel was closed from this side.
      const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
      void Promise.all(streams.map((stream) => finished(stream))).then(() => child.emit('close', ...how))
    })
    child.disconnect()
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter()
    this.#waiters.clear()
  }
}

function created(handle: Handle | number): Handle {
  if (typeof handle === 'number') throw new Error(`the socket cannot be bound: ${handle}`)
  return handle
}
