import { formatDuration } from '../core/duration.ts'
import { describeVersion, hasSleepAction, type KubeVersion } from './kube-version.ts'
import type { PreStop } from './pre-stop.ts'

/** The input that decides the time of a hook. */
export interface PreStopInput {
  readonly askedMs: number | undefined
  readonly kubeVersion: KubeVersion | undefined
  /** The value of LASTCALL_PRE_STOP; read only where neither a flag nor a hook has precedence. */
  readonly saidMs: () => number | undefined
  /** The shutdown delay of the flag or the manifest; undefined for the chart's. */
  readonly shutdownDelayMs: number | undefined
  readonly defaultMs: number
}

/** A time, or the problems that prevent one. */
export interface ResolvedPreStop {
  readonly wantedMs: number
  readonly problems: readonly string[]
}

/**
 * How long everything is served before SIGTERM, in milliseconds. A hook that is there stays, and its time
 * counts; `--pre-stop` changes only the length of a `sleep`.
 */
export function resolvePreStop(hook: PreStop, input: PreStopInput): ResolvedPreStop {
  const { askedMs, kubeVersion, saidMs, shutdownDelayMs, defaultMs } = input
  if (kubeVersion && !hasSleepAction(kubeVersion)) {
    const problem = versionProblem(hook, describeVersion(kubeVersion), { askedMs, shutdownDelayMs })
    if (problem !== undefined) return { wantedMs: 0, problems: [problem] }
  }
  switch (hook.how) {
    case 'none':
      return { wantedMs: askedMs ?? wholeSeconds(saidMs() ?? defaultMs), problems: [] }
    case 'invalid':
      return { wantedMs: 0, problems: [hook.problem] }
    case 'unknown':
      return unknownHook(hook.what, askedMs ?? saidMs())
    default:
      return knownHook(hook, askedMs)
  }
}

/** The kubelet sleeps whole seconds. A shorter sleep could end before clients have heard of the pod's end. */
const wholeSeconds = (ms: number): number => Math.ceil(ms / 1_000) * 1_000

/** As in the chart: after a preStop sleep only keep-alive connections have to turn over. */
export const DEFAULT_SHUTDOWN_DELAY_AFTER_PRE_STOP_MS = 2_000

/** The flag that keeps the time of a sleep which a cluster drops, such as `--shutdown-delay 7s`. */
export function delayInsteadOf(sleepMs: number, shutdownDelayMs: number | undefined): string {
  const delayMs = sleepMs + (shutdownDelayMs ?? DEFAULT_SHUTDOWN_DELAY_AFTER_PRE_STOP_MS)
  return `--shutdown-delay ${formatDuration(delayMs)}`
}

function versionProblem(
  hook: PreStop,
  version: string,
  { askedMs, shutdownDelayMs }: Pick<PreStopInput, 'askedMs' | 'shutdownDelayMs'>,
): string | undefined {
  if (hook.how === 'sleep') {
    const flag = delayInsteadOf(askedMs ?? hook.seconds * 1_000, shutdownDelayMs)
    return `${version} drops a preStop sleep: take out the hook and pass ${flag}, so that the server waits as long`
  }
  if (hook.how !== 'none' || !askedMs) return undefined
  const said = `--pre-stop is ${formatDuration(askedMs)}, and ${version} has no preStop sleep`
  return `${said}: leave out the flag, and set the whole time with --shutdown-delay`
}

function unknownHook(what: string, ms: number | undefined): ResolvedPreStop {
  if (ms !== undefined) return { wantedMs: ms, problems: [] }
  const said = `the preStop hook is ${what}, and the manifest does not say how long it takes`
  const remedy = 'say it with --pre-stop or LASTCALL_PRE_STOP; the hook stays as it is'
  return { wantedMs: 0, problems: [`${said}: ${remedy}`] }
}

function knownHook(
  hook: Extract<PreStop, { seconds: number }>,
  askedMs: number | undefined,
): ResolvedPreStop {
  const hookMs = hook.seconds * 1_000
  if (askedMs === undefined || askedMs === hookMs) return { wantedMs: hookMs, problems: [] }
  const times = `${formatDuration(hookMs)} and --pre-stop is ${formatDuration(askedMs)}`
  const contradiction = `the preStop hook sleeps ${times}`
  if (askedMs === 0) {
    const problem = `${contradiction}: take the hook out of the manifest, or leave out the flag`
    return { wantedMs: 0, problems: [problem] }
  }
  const isFixed = hook.how === 'command'
  const problem = `${contradiction}: change the command, or leave out the flag`
  return { wantedMs: askedMs, problems: isFixed ? [problem] : [] }
}
