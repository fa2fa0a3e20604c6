import type { SupervisorStatus } from '../core/supervisor-status.ts'
import { renderMetrics } from './metrics/render-metrics.ts'
import type { RunningSupervisor } from './running.ts'
import { describeStatus, isReady, lastServing, type StatusFacts } from './status.ts'
import type { Supervisor } from './supervisor.ts'

/** A generation that does not answer for this long is wedged. The kubelet's probe gives up after a second. */
const WEDGED_MS = 800

/** The supervisor as its control socket, its probes and the command line see it. */
export function toRunning(
  supervisor: Supervisor,
  facts: StatusFacts,
  ended: Promise<number>,
): RunningSupervisor {
  const status = (): Promise<SupervisorStatus> => describeStatus(supervisor, facts)
  return {
    state: () => supervisor.state.name,
    status,
    restart: (reason) => supervisor.restart(reason),
    async runHooks(signal, when) {
      await lastServing(supervisor)?.runHooks(signal, when)
    },
    stop: (reason) => supervisor.stop(reason),
    hammer: () => supervisor.hammer(),
    ended,
    isReady: () => isReady(supervisor),
    async isLive() {
      const current = supervisor.generations.get(supervisor.state.current)
      // A program without lastcall cannot be asked.
      return current?.speaks !== true || (await current.ask(WEDGED_MS)) !== null
    },
    async metrics() {
      const described = await status()
      const live = supervisor.generations.all.flatMap(({ id, metrics }) =>
        metrics === null ? [] : [{ generation: id, text: metrics }],
      )
      return renderMetrics(described, live, supervisor.generations.endedMetrics)
    },
  }
}
