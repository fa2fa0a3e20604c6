import { Readable, Writable } from 'node:stream'
import type { CliIo } from '../../src/cli/io.ts'

/** An io that keeps what is written, and whose signals come from the test. */
export interface CapturedIo extends CliIo {
  out(): string
  err(): string
  send(signal: NodeJS.Signals): void
  /** Whether the command listens for signals. Before it does, a real one would end the process. */
  listens(): boolean
  /** Signals that the command wanted to die of. */
  readonly deaths: NodeJS.Signals[]
}

/** `terminal` is what makes its streams one: `{ isTTY: true, columns: 100, rows: 40 }`. */
export function captureIo(env: CliIo['env'] = process.env, terminal: object = {}): CapturedIo {
  const texts = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof texts): Writable =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          texts[name] += chunk.toString()
          done()
        },
      }),
      terminal,
    )
  const listeners = new Set<(signal: NodeJS.Signals) => void>()
  const deaths: NodeJS.Signals[] = []
  return {
    stdin: Readable.from([]),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    cwd: process.cwd(),
    deaths,
    out: () => texts.stdout,
    err: () => texts.stderr,
    listens: () => listeners.size > 0,
    send: (signal) => listeners.forEach((listener) => listener(signal)),
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onExit: () => () => undefined,
    dieOf: (signal) => void deaths.push(signal),
  }
}
