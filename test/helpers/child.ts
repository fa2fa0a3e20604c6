import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Report } from '../../src/core/report.ts'
import { cleanEnvironment } from './clean-environment.ts'

const WAIT_MS = 20_000

/** How a {@link startChild} is started. */
export interface ChildOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stdio?: StdioOptions
  /** What the program is run with; Node, when left out. */
  readonly command?: readonly string[]
}

/** A program of `test/fixtures`, each of whose steps is waited for with a bound. */
export class Child {
  readonly process: ChildProcess
  /** Resolves when it has ended and its output is read. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  stdout = ''
  stderr = ''
  #closed = false
  readonly #waiters = new Set<() => void>()

  constructor(child: ChildProcess) {
    this.process = child
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.#closed = true
      this.#wake()
      return { code: code as number | null, signal: signal as NodeJS.Signals | null }
    })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take('stdout', text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#take('stderr', text))
  }

  /** Resolves to the first whole line that fits, one that was written already included. */
  async line(wanted: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
    const find = (): string | undefined =>
      this[stream]
        .split('\n')
        .slice(0, -1)
        .find((line) => wanted.test(line))
    const deadline = setTimeout(() => this.process.kill('SIGKILL'), WAIT_MS)
    try {
      while (find() === undefined && !this.#closed) {
        await new Promise<void>((resolve) => this.#waiters.add(resolve))
      }
    } finally {
      clearTimeout(deadline)
    }
    const line = find()
    if (line === undefined) throw new Error(`no line like ${wanted} in:\n${this.stdout}\n${this.stderr}`)
    return line
  }

  /** Resolves to how it ended; it is killed when that takes too long. */
  async exit(
    withinMs: number = WAIT_MS,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    const deadline = setTimeout(() => this.process.kill('SIGKILL'), withinMs)
    return this.exited.finally(() => clearTimeout(deadline))
  }

  /** The report, which has to be the last line of stderr. */
  report(): Report {
    const last = this.stderr.trimEnd().split('\n').at(-1) ?? ''
    return (JSON.parse(last) as { report: Report }).report
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.process.kill(signal)) throw new Error(`${signal} found no process`)
  }

  #take(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text
    this.#wake()
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter()
    this.#waiters.clear()
  }
}

/** Starts a program of `test/fixtures`; it is killed when the test ends. */
export function startChild(t: TestContext, fixture: string, options: ChildOptions = {}): Child {
  const program = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url))
  const [command = process.execPath, ...before] = options.command ?? []
  const node = options.command ? [process.execPath] : []
  const child = spawn(command, [...before, ...node, program, ...(options.args ?? [])], {
    env: { ...cleanEnvironment(), LASTCALL_PROBE_PORT: 'false', ...options.env },
    stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  return new Child(child)
}
