import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answered, Asked, Protocol, Question } from './protocol.ts'

/** How a child is started. */
export interface ChildOptions {
  readonly args?: readonly string[]
  readonly nodeFlags?: readonly string[]
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** The core it is bound to, where `taskset` is there. */
  readonly core?: number | null
}

const running = new Set<ChildProcess>()

/** Ends every child that is left, at once. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** A process of this benchmark's own that answers questions. */
export class Child {
  /** `performance.now()` at which the exit was seen. */
  readonly exited: Promise<number>
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #asked = 0
  #stderr = ''

  /** @param script relative to this folder */
  constructor(script: string, { args = [], nodeFlags = [], env = {}, core = null }: ChildOptions = {}) {
    const file = fileURLToPath(new URL(script, import.meta.url))
    const command = [process.execPath, ...nodeFlags, file, ...args]
    const bound = core === null ? command : ['taskset', '-c', String(core), ...command]
    const [program = '', ...rest] = bound
    this.#process = spawn(program, rest, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    })
    running.add(this.#process)
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2_000)
    })
    this.#process.on('message', (message) => this.#onMessage(message as Answered))
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', () => {
        resolve(performance.now())
        running.delete(this.#process)
        const error = new Error(`${script} ${args.join(' ')} has ended:\n${this.#stderr}`)
        for (const waiting of this.#waiting.values()) waiting.reject(error)
      })
    })
    this.#process.once('error', (error) => {
      for (const waiting of this.#waiting.values()) waiting.reject(error)
    })
  }

  /** Of Node itself: `taskset` becomes the program that it starts. */
  get pid(): number {
    return this.#process.pid ?? NaN
  }

  get exitCode(): number | null {
    return this.#process.exitCode
  }

  ask<Q extends Question>(question: Q, ...[detail]: Ask<Q>): Promise<Protocol[Q]['answer']> {
    const waiting = Promise.withResolvers<unknown>()
    const message: Asked = { id: ++this.#asked, question, detail: detail ?? null }
    this.#waiting.set(message.id, waiting)
    this.#process.send(message, (error) => error && waiting.reject(error))
    return waiting.promise as Promise<Protocol[Q]['answer']>
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** Ends it at once and waits for that. */
  async end(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.exited
  }

  #onMessage({ id, answer, error }: Answered): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(answer)
    else waiting?.reject(new Error(error))
  }
}

type Ask<Q extends Question> = Protocol[Q]['ask'] extends null ? [] : [detail: Protocol[Q]['ask']]
