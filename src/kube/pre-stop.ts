import { isObject, type PlainObject, textOf, valueAt } from './yaml/plain.ts'

/** The preStop hook of a container. */
export type PreStop =
  | { readonly how: 'none' }
  /** The kubelet waits. */
  | { readonly how: 'sleep'; readonly seconds: number }
  /** A command of the image waits, and does nothing else. */
  | { readonly how: 'command'; readonly seconds: number }
  /** The API server refuses it. */
  | { readonly how: 'invalid'; readonly problem: string }
  /** The manifest does not say how long it takes. */
  | { readonly how: 'unknown'; readonly what: string }

/** Reads a container's hook. */
export function preStopOf(container: PlainObject): PreStop {
  const hook = valueAt(container, ['lifecycle', 'preStop'])
  if (hook === undefined || hook === null) return { how: 'none' }
  const sleep = valueAt(hook, ['sleep'])
  if (sleep !== undefined && sleep !== null) {
    const seconds = valueAt(sleep, ['seconds'])
    if (Number.isInteger(seconds) && Number(seconds) >= 0) return { how: 'sleep', seconds: Number(seconds) }
    const problem = `sleep.seconds of the preStop hook is ${textOf(seconds)}, wanted whole seconds such as 5`
    return { how: 'invalid', problem }
  }
  const command = valueAt(hook, ['exec', 'command'])
  if (Array.isArray(command)) {
    const slept = sleptBy(command.map(String))
    return slept === undefined ? { how: 'unknown', what: 'exec' } : { how: 'command', seconds: slept }
  }
  const [what] = isObject(hook) ? Object.keys(hook) : []
  if (what !== undefined) return { how: 'unknown', what }
  return { how: 'invalid', problem: 'the preStop hook is empty, wanted one such as sleep: {seconds: 5}' }
}

/** Whether SIGTERM may come later than without the hook; a sleep of 0 s delays nothing. */
export function delaysSigterm(hook: PreStop): boolean {
  return 'seconds' in hook ? hook.seconds > 0 : hook.how !== 'none'
}

/** A hook that the kubelet starts together with the server's own, on the same grace period. */
export interface LongestHook {
  readonly container: string
  readonly ms: number
}

/** The container whose hook takes longest, as far as the manifest tells; undefined without such a hook. */
export function longestHookOf(
  containers: readonly { readonly name: string; readonly value: PlainObject }[],
): LongestHook | undefined {
  const hooks = containers.map(({ name, value }) => {
    const hook = preStopOf(value)
    return { container: name, ms: 'seconds' in hook ? hook.seconds * 1_000 : 0 }
  })
  return hooks.filter(({ ms }) => ms > 0).toSorted((one, other) => other.ms - one.ms)[0]
}

/** Seconds of `sleep 5`, also of `sh -c 'sleep 5'`. */
function sleptBy(command: readonly string[]): number | undefined {
  const line = command.join(' ')
  const [, seconds] = /^(?:\S*sh -c )?\s*(?:exec )?(?:\/usr)?(?:\/bin\/)?sleep (\d+)s?;?\s*$/.exec(line) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}
