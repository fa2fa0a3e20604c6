import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Generated, GenerateOrder } from '../protocol.ts'
import { CONNECTIONS } from './generators.ts'

const run = promisify(execFile)

/** Whether wrk is there: Debian has it as a package. */
export function hasWrk(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined
}

/** One block of wrk, with one thread; it takes whole seconds. */
export async function runWrk({ port, style, ms }: GenerateOrder, core: number | null): Promise<Generated> {
  const close = style === 'new-connections' ? ['-H', 'Connection: close'] : []
  const seconds = Math.max(1, Math.round(ms / 1_000))
  const wrk = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, ...close, `http://127.0.0.1:${port}/`]
  const [program = '', ...args] = core === null ? wrk : ['taskset', '-c', String(core), ...wrk]
  const { stdout } = await run(program, args)
  const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(stdout) ?? []
  const failed = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0)
  return { requests: Number(requests) - failed, failed, unsent: 0, ms: Number(took) * 1_000 }
}
