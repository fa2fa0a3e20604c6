import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { baseEnvironment, type Column } from './columns.ts'
import type { FromHost, HostOrder, LoopPhase, ToHost } from './protocol.ts'

/** How a host ended, and how many milliseconds after the signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly ms: number
}

const START_MS = 30_000
const programOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const running = new Set<ChildProcess>()

/** Ends every host that is left, at once. */
export function endHosts(): void {
  for (const child of running) child.kill('SIGKILL')
}

/**
 * A host in a process of its own, so that what its clients send waits in the kernel while it does not look.
 */
export class Hosted {
  readonly exited: Promise<Exit>
  /** Resolves when it is told to stop. */
  readonly stopped: Promise<void>
  port = 0
  #arrivals = 0
  #cleaningUpAt: number | null = null
  #stoppedAt = NaN
  #over = false
  #stderr = ''
  readonly #seen = new Set<FromHost['type']>()
  readonly #waiters = new Set<() => void>()
  readonly #stop = Promise.withResolvers<void>()
  readonly #process: ChildProcess

  constructor(child: ChildProcess) {
    this.#process = child
    this.stopped = this.#stop.promise
    running.add(child)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2_000)
    })
    child.on('message', (message) => this.#hear(message as FromHost))
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        running.delete(child)
        this.#over = true
        this.#wake()
        resolve({ code, signal, ms: performance.now() - this.#stoppedAt })
      })
    })
  }

  /**
   * Starts a host and waits until it listens, as far as it is to.
   * @param asInit whether it is process 1 of a namespace of its own; needs `unshare` and the right to use it
   */
  static async start(column: Column, order: HostOrder, asInit = false): Promise<Hosted> {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(LASTCALL_|KUBERNETES_|LIGHTSHIP_|NODE_|DEBUG$)/.test(name),
    )
    const node = ['--import', programOf('../../scripts/from-source.ts'), programOf('host.ts')]
    const command = asInit ? 'unshare' : process.execPath
    const namespace = asInit ? ['-pf', '--mount-proc', '--kill-child', process.execPath] : []
    const child = spawn(command, [...namespace, ...node, JSON.stringify(order)], {
      env: { ...Object.fromEntries(inherited), ...baseEnvironment, ...column.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const host = new Hosted(child)
    await host.#until('ready', START_MS)
    return host
  }

  /**
   * The signal, without the time that the kernel may take: its listeners run before anything else that waits.
   */
  stop(): void {
    this.#send({ type: 'stop' })
    this.#countFromNow()
  }

  /** Sends a real signal; the first one counts as the stop. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
    if (Number.isNaN(this.#stoppedAt)) this.#countFromNow()
  }

  /**
   * Keeps the host's loop busy while `send` runs, and stops it in the same turn: what was sent is in the
   * kernel, unread.
   */
  async stopWhileBlocked(phase: LoopPhase, send: () => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
    const until = join(folder, 'sent')
    try {
      this.#send({ type: 'block', until, phase })
      await this.#until('blocked', START_MS)
      await send()
      this.#countFromNow()
      writeFileSync(until, '')
      await this.#untilTrue(() => this.#over, 500)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  /** Resolves when so many slow requests have come to their handler. */
  async arrived(count = 1): Promise<void> {
    if (!(await this.#untilTrue(() => this.#arrivals >= count || this.#over, START_MS)) || this.#over) {
      throw new Error(`${count} requests were to arrive, ${this.#arrivals} did${this.#words()}`)
    }
  }

  /** Resolves to the `Date.now()` at which its clean-up began, to null when it has ended without. */
  async cleaningUp(limitMs: number): Promise<number | null> {
    await this.#untilTrue(() => this.#cleaningUpAt !== null || this.#over, limitMs)
    return this.#cleaningUpAt
  }

  /** Ends it at once and waits for that. */
  async end(): Promise<void> {
    if (!this.#over) this.#process.kill('SIGKILL')
    await this.exited
  }

  #countFromNow(): void {
    this.#stoppedAt = performance.now()
    this.#stop.resolve()
  }

  #send(message: ToHost): void {
    this.#process.send(message)
  }

  #hear(message: FromHost): void {
    if (message.type === 'ready') this.port = message.port ?? 0
    if (message.type === 'arrived') this.#arrivals++
    if (message.type === 'cleaningUp') this.#cleaningUpAt = message.at
    this.#seen.add(message.type)
    this.#wake()
  }

  async #until(type: FromHost['type'], limitMs: number): Promise<void> {
    await this.#untilTrue(() => this.#seen.has(type) || this.#over, limitMs)
    if (!this.#seen.has(type)) throw new Error(`the host is not ${type}${this.#words()}`)
  }

  /** Waits for what only a message or the end can make true; resolves to whether it is. */
  async #untilTrue(condition: () => boolean, limitMs: number): Promise<boolean> {
    const timer = setTimeout(() => this.#wake(), limitMs)
    const deadline = performance.now() + limitMs
    while (!condition() && performance.now() < deadline) {
      await new Promise<void>((resolve) => this.#waiters.add(resolve))
    }
    clearTimeout(timer)
    return condition()
  }

  #words(): string {
    return this.#stderr === '' ? '' : `; it said:\n${this.#stderr}`
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter()
    this.#waiters.clear()
  }
}
