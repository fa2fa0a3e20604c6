import { formatDuration } from '../../../core/duration.ts'
import { endsRun } from '../../ends-run.ts'
import { type TriggerName, triggerWords } from '../../trigger.ts'
import { inWords } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import type { ObservedPods } from './pods.ts'
import { refuse } from './triggers/health.ts'
import type { TriggerSettings } from './triggers/trigger.ts'
import { triggers } from './triggers/triggers.ts'
import { createUndo } from './triggers/undo.ts'
import type { WorkloadReference } from './workload.ts'

/** Makes the pods of a workload go away, any number of times, and follows the old pods. */
export interface Restarter {
  /**
   * Rejects with `LASTCALL_WORKLOAD` when the rollout cannot finish, and with `LASTCALL_CLUSTER` when the API
   * server refused something or was unavailable for too long.
   */
  restart(): Promise<void>
  /** Resolves when no pod from before the last restart exists; ignores pods that were not deleted. */
  oldPodsGone(): Promise<void>
  /** Resolves when no operation is in progress and all changes have been undone. */
  ended(): Promise<void>
  /** Changes that are not undone, one sentence each with the manual remedy. */
  leftBehind(): readonly string[]
}

/** Dependencies of a {@link Restarter}. */
export interface RestartPorts {
  readonly api: ApiClient
  readonly pods: ObservedPods
  readonly trigger: TriggerName
  readonly settings: TriggerSettings
  /** Timeout of one restart, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  onNotice(text: string): void
}

/** Creates a restarter. */
export function createRestarter(workload: WorkloadReference, ports: RestartPorts): Restarter {
  const { api, pods, timeoutMs, signal, onNotice } = ports
  const trigger = triggers[ports.trigger]
  const undo = createUndo(onNotice)
  const reached = <T>(work: () => Promise<T>): Promise<T> => inWords(api.server, work, '')
  let old: ReadonlySet<string> = new Set()
  let hasFailed = false
  let current: Promise<void> = Promise.resolve()
  const pull = async (): Promise<void> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    let why = 'nothing has happened yet'
    try {
      const step = {
        api,
        workload,
        settings: ports.settings,
        pods,
        old,
        undo,
        signal: AbortSignal.any([signal, timeout]),
        onNotice,
        onWaiting: (text: string) => (why = text),
      }
      await reached(() => trigger.pull(step))
    } catch (error) {
      // A pod that is still starting when the run is ended, or the cluster fails, is not to blame.
      if (signal.aborted || endsRun(error)) throw error
      hasFailed = true
      pods.giveUp()
      if (!timeout.aborted) throw error
      throw tooLate(workload, ports, why)
    } finally {
      await undo.all()
    }
  }
  return {
    restart() {
      old = pods.present()
      current = pull()
      return current
    },
    oldPodsGone: () =>
      reached(() =>
        ports.trigger === 'none'
          ? pods.gone(pods.present(), true)
          : pods.gone(old, hasFailed || !trigger.replacesAll),
      ),
    ended: () => current.catch(() => undefined),
    leftBehind: undo.left,
  }
}

function tooLate(
  { kind, name }: WorkloadReference,
  { trigger, timeoutMs }: Pick<RestartPorts, 'trigger' | 'timeoutMs'>,
  why: string,
): Error {
  const [what] = triggerWords[trigger].noun ?? [trigger]
  return refuse(
    `the ${what} was not finished within ${formatDuration(timeoutMs)}: ${why}; ` +
      `see kubectl describe ${kind.toLowerCase()}/${name}`,
  )
}
