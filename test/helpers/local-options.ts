import type { LocalOptions } from '../../src/rollout/drivers/local/local-options.ts'

/** One pod of a program of `test/fixtures`, ready when its port accepts, with short times. */
export function localOptions(app: string): LocalOptions {
  return {
    command: [process.execPath, `test/fixtures/${app}.ts`],
    cwd: process.cwd(),
    env: process.env,
    replicas: 1,
    budget: { preStopMs: 0, shutdownDelayMs: 100, drainTimeoutMs: 500, hooksTimeoutMs: 0 },
    readinessFailDelayMs: 0,
    gracePeriodMs: 2_000,
    endpointLagMs: 0,
    readiness: { kind: 'tcp' },
    readyTimeoutMs: 10_000,
  }
}
