import { formatDuration, parseDuration } from '../core/duration.ts'
import type { Numbers } from './numbers.ts'
import type { Container } from './containers.ts'
import { variablesNamed } from './environment.ts'
import { preStopOf } from './pre-stop.ts'
import { PORT_NAME, type ProbePort } from './probe-port.ts'
import { probeFor, probeNames } from './probes.ts'
import { type PlainObject, valueAt } from './yaml/plain.ts'

/** The decisions about a pod. */
export interface PodDecisions {
  readonly numbers: Numbers
  /** The port of its probes; undefined for a pod that gets none. */
  readonly probePort: ProbePort | undefined
  /** NODE_OPTIONS; undefined to leave them alone. */
  readonly nodeOptions: string | undefined
}

/**
 * Writes the decisions into a pod's spec and its container. It replaces only numbers and NODE_OPTIONS.
 */
export function writePod(podSpec: PlainObject, { value, path }: Container, decisions: PodDecisions): void {
  const container = valueAt(podSpec, path) as PlainObject
  const { numbers, probePort, nodeOptions } = decisions
  podSpec['terminationGracePeriodSeconds'] = numbers.gracePeriodMs / 1_000
  if (probePort) addProbes(container, probePort, Number(numbers.probePort))
  addPreStop(container, numbers.preStopMs)
  container['terminationMessagePolicy'] ??= 'FallbackToLogsOnError'
  const wanted = {
    ...environmentOf(numbers),
    ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }),
  }
  for (const [name, text] of Object.entries(wanted)) {
    const given = variablesNamed(value, name).at(-1)?.text
    if (given === undefined || !isSame(given, text)) setVariable(container, name, text)
  }
}

/** The chart's variables for the numbers, with their units. */
export function environmentOf(numbers: Numbers): Readonly<Record<string, string>> {
  return {
    LASTCALL_PROBE_PORT: String(numbers.probePort),
    LASTCALL_PRE_STOP: formatDuration(numbers.preStopMs),
    LASTCALL_SHUTDOWN_DELAY: formatDuration(numbers.shutdownDelayMs),
    LASTCALL_READINESS_FAIL_DELAY: formatDuration(numbers.readinessFailDelayMs),
    LASTCALL_DRAIN_TIMEOUT: formatDuration(numbers.drainTimeoutMs),
    LASTCALL_HOOKS_TIMEOUT: formatDuration(numbers.hooksTimeoutMs),
    LASTCALL_GRACE_PERIOD: formatDuration(numbers.gracePeriodMs),
  }
}

/** Names of the variables that a patch writes. */
export const settingNames: readonly string[] = Object.keys(environmentOf({} as Numbers))

function addProbes(container: PlainObject, { target, isMissing }: ProbePort, port: number): void {
  if (isMissing) {
    const ports = (container['ports'] ??= []) as unknown[]
    ports.push({ name: PORT_NAME, containerPort: port, protocol: 'TCP' })
  }
  for (const name of probeNames) container[name] ??= probeFor(name, target, container)
}

function addPreStop(container: PlainObject, preStopMs: number): void {
  const seconds = preStopMs / 1_000
  const { how } = preStopOf(container)
  if (seconds === 0 || (how !== 'none' && how !== 'sleep')) return
  const lifecycle = (container['lifecycle'] ??= {}) as PlainObject
  lifecycle['preStop'] = { ...(lifecycle['preStop'] as object | null), sleep: { seconds } }
}

function setVariable(container: PlainObject, name: string, value: string): void {
  const env = (container['env'] ??= []) as PlainObject[]
  const entry = env.find((one) => one['name'] === name)
  if (!entry) env.push({ name, value })
  else entry['value'] = value
}

/** Whether two texts are the same value; durations in any unit. */
export function isSame(one: string, other: string): boolean {
  const ms = parseDuration(one)
  return one === other || (ms !== undefined && ms === parseDuration(other))
}
