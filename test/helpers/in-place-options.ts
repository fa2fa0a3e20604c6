import { fileURLToPath } from 'node:url'
import type { InPlaceOptions } from '../../src/rollout/drivers/in-place/in-place-options.ts'

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

/** A program of `test/fixtures` under `lastcall run`, with short times. */
export function inPlaceOptions(app: string, env: Readonly<Record<string, string>> = {}): InPlaceOptions {
  return {
    command: [process.execPath, `test/fixtures/${app}.ts`],
    cwd: process.cwd(),
    env: { ...process.env, ...env },
    auto: false,
    ready: undefined,
    lastcall: [process.execPath, bin],
    budget: { preStopMs: 0, shutdownDelayMs: 500, drainTimeoutMs: 2_000, hooksTimeoutMs: 500 },
    readinessFailDelayMs: 0,
    gracePeriodMs: 5_000,
    readyTimeoutMs: 20_000,
  }
}
