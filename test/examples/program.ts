import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { WAIT_MS, within } from '../helpers/eventually.ts'
import { takePort } from '../helpers/ports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** An example that runs as a process of its own. */
export interface Program {
  readonly child: ChildProcess
  /** What it has written so far, a line each. */
  readonly lines: readonly string[]
  readonly url: string
  readonly probeUrl: string
  readonly http2Url: string
  /** Resolves to the first line with this text, that has been or will be written. */
  line(text: string): Promise<string>
  /** Exit code, or the signal it died of. */
  readonly exited: Promise<number | string>
}

/** Starts a program of `examples/` with the source beside it for `lastcall`, on ports that are free. */
export async function startExample(
  t: TestContext,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const [port, probePort, http2Port] = [await takePort(), await takePort(), await takePort()]
  const child = spawn(process.execPath, ['--import', './scripts/from-source.ts', `examples/${file}`], {
    cwd: root,
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: `${port}`,
      H2_PORT: `${http2Port}`,
      LASTCALL_PROBE_PORT: `${probePort}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      for (const look of waiting) look()
    })
  }
  const line = (text: string): Promise<string> => {
    const found = new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((candidate) => candidate.includes(text))
        if (found !== undefined && waiting.delete(look)) resolve(found)
      }
      waiting.add(look)
      look()
      void exited.then((how) =>
        reject(new Error(`exited with ${how} before '${text}':\n${lines.join('\n')}`)),
      )
    })
    return within(WAIT_MS, () => `'${text}' in:\n${lines.join('\n')}`, found)
  }
  const url = `http://127.0.0.1:${port}`
  const probeUrl = `http://127.0.0.1:${probePort}`
  return { child, lines, url, probeUrl, http2Url: `http://127.0.0.1:${http2Port}`, line, exited }
}
