import { connect as connectTcp } from 'node:net'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { connect as connectSecure } from 'node:tls'
import type { Report } from '../../src/core/report.ts'
import { RawClient } from '../helpers/raw-http.ts'
import { tls } from '../node/drain/setup.ts'
import { RawHttp2Client } from './clients/raw-http2.ts'
import type { ServerDeclaration } from './declaration.ts'
import { Meeting } from './meeting.ts'
import { launch, type Program, type StartOptions } from './program.ts'

/** What a {@link Shutdown} is to be like. */
export interface ShutdownOptions {
  readonly delayMs?: number
  readonly env?: Readonly<Record<string, string>>
  /**
   * Whether the server's event loop is blocked from within the delay to after its end: what is sent meanwhile
   * is in the kernel when the drain begins.
   */
  readonly isBlocked?: boolean
  /** Everybody who takes part. */
  readonly titles: readonly string[]
}

/** What the process left behind. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly report: Report
}

/**
 * One shutdown of one process, which several behaviours live through at the same time, each with connections
 * of its own.
 */
export class Shutdown {
  readonly server: ServerDeclaration
  readonly #options: ShutdownOptions
  readonly #prepared: Meeting
  readonly #done: Meeting
  readonly #clients = new Set<{ close(): void }>()
  #program: Program | undefined
  #gateCount = 0
  #begun: Promise<void> | undefined
  #draining: Promise<void> | undefined
  #ended: Promise<Ended> | undefined
  #delayElapsed: Promise<void> | undefined

  constructor(server: ServerDeclaration, options: ShutdownOptions) {
    this.server = server
    this.#options = options
    this.#prepared = new Meeting(options.titles)
    this.#done = new Meeting(options.titles)
  }

  get program(): Program {
    if (!this.#program) throw new Error('the program has not been started')
    return this.#program
  }

  async start(options: StartOptions = {}): Promise<void> {
    const { delayMs = 0, env } = this.#options
    this.#program = await launch(this.server, {
      ...options,
      env: { LASTCALL_SHUTDOWN_DELAY: `${delayMs}ms`, ...env },
    })
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close()
    await this.#program?.stop()
  }

  /** Runs one behaviour. When it fails the others go on without it. */
  async take(title: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } finally {
      void this.#prepared.arrive(title)
      void this.#done.arrive(title)
    }
  }

  async begin(title: string): Promise<void> {
    await this.#prepared.arrive(title)
    await (this.#begun ??= this.#begin())
  }

  async drain(): Promise<void> {
    await (this.#draining ??= this.program.reached('draining'))
  }

  /**
   * The shutdown goes on to its end when everybody has released it; a blocked event loop only when the delay
   * is over.
   */
  async release(title: string): Promise<void> {
    await this.#done.arrive(title)
    await this.#delayElapsed
    this.program.open('keeper')
  }

  async end(): Promise<Ended> {
    return (this.#ended ??= this.program
      .exit()
      .then(({ code, signal }) => ({ code, signal, report: this.program.report() })))
  }

  newGate(): string {
    return `gate-${(this.#gateCount += 1)}`
  }

  keep<T extends { close(): void }>(client: T): T {
    this.#clients.add(client)
    return client
  }

  /** A request of the suite's own is in flight until everybody is through. */
  async #begin(): Promise<void> {
    const { isBlocked = false, delayMs = 0 } = this.#options
    if (!isBlocked) await this.hold('slow', 'keeper')
    this.program.signal()
    await this.program.reached('delaying')
    if (!isBlocked) return
    this.#delayElapsed = setTimeout(delayMs)
    await this.hold('block', 'keeper')
  }

  /** A request that stays in flight until the gate is opened. */
  async hold(route: 'slow' | 'block', gate: string): Promise<void> {
    const path = `/${route}?gate=${gate}`
    if (speaks(this.server, 'http1')) (await this.connect()).get(path)
    else (await this.connectHttp2()).request(path)
    await this.program.at(gate)
  }

  /**
   * An HTTP/1 client. Without waiting for the handshake it stands in the kernel's queue only, and what it
   * sends is sent when it can be.
   */
  async connect({ awaitsHandshake = true } = {}): Promise<RawClient> {
    const to = { port: this.program.port, host: '127.0.0.1' }
    const { isSecure = false } = this.server
    const socket = isSecure
      ? connectSecure({ ...to, ca: tls.cert, servername: 'localhost' })
      : connectTcp({ ...to, noDelay: true })
    await once(socket, isSecure && awaitsHandshake ? 'secureConnect' : 'connect')
    return this.keep(new RawClient(socket))
  }

  /** A connection that has not begun TLS. */
  async connectPlain(): Promise<RawClient> {
    return this.keep(await RawClient.connect(this.program.port))
  }

  /** An HTTP/2 client. Without waiting for the server's settings it stands in the kernel's queue only. */
  async connectHttp2({ awaitsSettings = true } = {}): Promise<RawHttp2Client> {
    const { isSecure = false } = this.server
    const client = this.keep(await RawHttp2Client.connect(this.program.port, isSecure))
    if (awaitsSettings) await client.greeted()
    return client
  }
}

export function speaks({ protocols = ['http1'] }: ServerDeclaration, protocol: 'http1' | 'http2'): boolean {
  return protocols.includes(protocol)
}

/** A shutdown for one behaviour alone, which sends the signals itself. */
export async function launchAlone(
  t: TestContext,
  server: ServerDeclaration,
  env: Readonly<Record<string, string>>,
  options: StartOptions = {},
): Promise<Shutdown> {
  const alone = new Shutdown(server, { env, titles: [] })
  t.after(() => alone.stop())
  await alone.start(options)
  return alone
}
