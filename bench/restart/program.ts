import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { markedProcesses } from '../../src/process/marked-processes.ts'

/** Of every program that this benchmark starts, and of what those start. */
const MARK = 'BENCH_RESTART'
const mark = `${process.pid}`
const MAX_OUTPUT = 100_000
const START_MS = 30_000

const running = new Set<ChildProcess>()

/** How a program is started. */
export interface ProgramOptions {
  readonly cwd?: string
  /** Added to {@link baseEnvironment}. */
  readonly env?: Readonly<Record<string, string>>
  /** The core it is bound to, where `taskset` is there. */
  readonly core?: number | null
}

/** This process's own environment, without what would tell a server that it is elsewhere. */
export function baseEnvironment(): Readonly<Record<string, string | undefined>> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(LASTCALL_|KUBERNETES_|NODE_|LISTEN_|NOTIFY_|PM2_)/.test(name),
  )
  return { ...Object.fromEntries(own), [MARK]: mark }
}

/** Ends every program that is left, and all that they have started, at once. */
export function endPrograms(): void {
  for (const { pid } of running) if (pid !== undefined) kill(-pid)
  for (const pid of markedProcesses(`${MARK}=${mark}`)) kill(pid)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** A program in a process group of its own. */
export class Program {
  /** Resolves when its first process has ended. */
  readonly exited: Promise<void>
  readonly #process: ChildProcess
  readonly #waiters = new Set<() => void>()
  #output = ''
  #over = false

  constructor(command: readonly string[], { cwd, env = {}, core = null }: ProgramOptions = {}) {
    const bound = core === null ? command : ['taskset', '-c', String(core), ...command]
    const [file = '', ...args] = bound
    this.#process = spawn(file, args, {
      ...(cwd !== undefined && { cwd }),
      env: { ...baseEnvironment(), ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this.#process)
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-MAX_OUTPUT)
        this.#wake()
      })
    }
    this.exited = new Promise((resolve) => {
      const end = (): void => {
        running.delete(this.#process)
        this.#over = true
        // What it has left behind in its group; later another program may have that number.
        if (!Number.isNaN(this.pid)) kill(-this.pid)
        this.#wake()
        resolve()
      }
      this.#process.once('exit', end)
      this.#process.once('error', (error) => {
        this.#output += error.message
        end()
      })
    })
  }

  /** Of its first process: `taskset` becomes the program that it starts. */
  get pid(): number {
    return this.#process.pid ?? NaN
  }

  get hasEnded(): boolean {
    return this.#over
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** How often its output has had a text so far. */
  countOf(text: string): number {
    return this.#output.split(text).length - 1
  }

  /** Resolves when its output has the text this many times. Rejects when it ends first, or not in time. */
  async said(text: string, times = 1, limitMs: number = START_MS): Promise<void> {
    const timer = setTimeout(() => this.#wake(), limitMs)
    const deadline = performance.now() + limitMs
    while (this.countOf(text) < times && !this.#over && performance.now() < deadline) {
      await new Promise<void>((resolve) => this.#waiters.add(resolve))
    }
    clearTimeout(timer)
    if (this.countOf(text) < times) throw this.problem(`did not say '${text}'`)
  }

  /** An error with its last words. */
  problem(what: string): Error {
    const command = this.#process.spawnargs.join(' ')
    return new Error(
      `${command} ${what}${this.#over ? ', and has ended' : ''}:\n${this.#output.slice(-2_000)}`,
    )
  }

  /** Asks it to end, and ends it when it does not in time. */
  async end(signal: NodeJS.Signals = 'SIGTERM', limitMs = 10_000): Promise<void> {
    if (!this.#over) this.signal(signal)
    const late = setTimeout(() => this.signal('SIGKILL'), limitMs)
    await this.exited
    clearTimeout(late)
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter()
    this.#waiters.clear()
  }
}

/** Processes that a process has started and that have not ended, oldest first. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.trim().split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Memory of a process in bytes: what it has resident now, and the most that it had. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytes = (name: string): number =>
    Number(new RegExp(String.raw`^${name}:\s+(\d+) kB`, 'm').exec(text)?.[1]) * 1_024
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}
