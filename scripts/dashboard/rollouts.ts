import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { defaultLoad } from '../../src/load/load-options.ts'
import { createLocalDriver } from '../../src/rollout/drivers/local/driver.ts'
import type { LocalOptions } from '../../src/rollout/drivers/local/local-options.ts'
import type { PodRecord } from '../../src/rollout/pod-record.ts'
import { type Run, startRun } from '../../src/rollout/run.ts'
import type { TimelineEvent } from '../../src/rollout/timeline.ts'

/** Pods that are ready at any moment. */
export const REPLICAS = 3
const ROLLOUTS = 2
/** Longer than delay and drain together, so that it is force-closed. The example allows no more. */
const STUCK_MS = 60_000

/**
 * How many pods {@link startRollouts} starts at most, one after the other; they are called `pod-1` and so on.
 * A port that is taken costs a name.
 */
export const POD_COUNT = REPLICAS * (1 + ROLLOUTS) + 6

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const pods: LocalOptions = {
  command: [
    process.execPath,
    '--import',
    import.meta.resolve('./slow-pool.ts'),
    path('../../examples/fastify/server.ts'),
  ],
  cwd: path('../..'),
  env: process.env,
  replicas: REPLICAS,
  budget: { preStopMs: 0, shutdownDelayMs: 3_000, drainTimeoutMs: 8_000, hooksTimeoutMs: 4_000 },
  readinessFailDelayMs: 0,
  gracePeriodMs: 18_000,
  endpointLagMs: 1_000,
  readiness: { kind: 'probe-server' },
  readyTimeoutMs: 30_000,
}

/**
 * Rolls examples/fastify over twice under every lane's load, at a rate that leaves a small machine time for
 * other things. Before the second rollout one request is sent that no drain timeout can wait for.
 */
export function startRollouts(): Run {
  let rollouts = 0
  const onEvent = ({ kind, detail }: TimelineEvent): void => {
    if (kind === 'phase-started' && detail === 'rollout' && ++rollouts === ROLLOUTS) {
      hangOn(run.pods().find(({ state }) => state === 'ready'))
    }
  }
  const run: Run = startRun(
    {
      load: {
        ...defaultLoad,
        lanes: ['new-connections', 'keep-alive', 'think-time', 'slow', 'stream', 'websocket', 'sse', 'http2'],
        ratePerSecond: 20,
      },
      restarts: ROLLOUTS,
      durationMs: undefined,
      baselineMs: 8_000,
      coolDownMs: 5_000,
    },
    (timeline) => createLocalDriver(pods, timeline),
    onEvent,
  )
  return run
}

function hangOn(pod: PodRecord | undefined): void {
  if (!pod?.local) throw new Error('Before the second rollout no pod is ready')
  const request = get({ host: '127.0.0.1', port: pod.local.port, path: `/slow?ms=${STUCK_MS}`, agent: false })
  // It ends with the reset that it was sent for.
  request.on('error', () => undefined).on('response', (response) => response.resume())
}
