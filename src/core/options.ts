import { type Budget, checkBudget } from './budget.ts'
import { describe } from './describe.ts'
import { LastcallError } from './errors.ts'
import type { Logger } from './logger.ts'
import { type Environment, optionRules, signalProblems } from './option-rules.ts'
import { unknownNames, unknownVariables, variable } from './option-names.ts'

/** Name of a signal, such as `SIGTERM`. */
export type SignalName = `SIG${string}`

/**
 * Options of `createLifecycle`. A value in code wins over the environment variable named here, which wins
 * over the default. Times are in milliseconds; environment variables have a unit (`5s`, `500ms`).
 */
export interface LifecycleOptions {
  /**
   * How long everything is still served after the signal. `LASTCALL_SHUTDOWN_DELAY`; 5 s in Kubernetes, else
   * 0. A process in which no server listens has no delay unless code sets one.
   * @default 5000 in Kubernetes, 0 elsewhere
   */
  readonly shutdownDelayMs?: number | undefined
  /**
   * How long readiness stays green after the signal. `LASTCALL_READINESS_FAIL_DELAY`; 0.
   * @default 0
   */
  readonly readinessFailDelayMs?: number | undefined
  /**
   * How long the drain may take before the rest is force-closed. `LASTCALL_DRAIN_TIMEOUT`; 15 s.
   * @default 15000
   */
  readonly drainTimeoutMs?: number | undefined
  /**
   * How long all stop hooks together may take. `LASTCALL_HOOKS_TIMEOUT`; 5 s.
   * @default 5000
   */
  readonly hooksTimeoutMs?: number | undefined
  /**
   * How long before the drain timeout `deadlineSignal` is aborted; at most half of the drain timeout.
   * `LASTCALL_DEADLINE_NOTICE`; 3 s.
   * @default 3000
   */
  readonly deadlineNoticeMs?: number | undefined
  /**
   * Duration of the preStop hook, which the kubelet runs before it sends the signal; used only to check the
   * sum. `LASTCALL_PRE_STOP`; 0.
   * @default 0
   */
  readonly preStopMs?: number | undefined
  /**
   * `terminationGracePeriodSeconds` in milliseconds; when it is known, lastcall checks that the other times
   * fit into it. `LASTCALL_GRACE_PERIOD`; unknown.
   * @default unknown
   */
  readonly gracePeriodMs?: number | undefined
  /**
   * How long a check may take before it counts as failed. `LASTCALL_CHECK_TIMEOUT`; 900 ms, because the
   * kubelet waits for 1 s.
   * @default 900
   */
  readonly checkTimeoutMs?: number | undefined
  /**
   * Port of the probe server, 0 for any free port, false for no probe server. `LASTCALL_PROBE_PORT`; 8081.
   * @default 8081
   */
  readonly probePort?: number | false | undefined
  /**
   * Address that the probe server listens on. `LASTCALL_PROBE_HOST`; all addresses.
   * @default '::'
   */
  readonly probeHost?: string | undefined
  /**
   * Whether liveness answers 503 during the shutdown. `LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN`; false, because a
   * process that finishes its work is alive.
   * @default false
   */
  readonly livenessFailsOnShutdown?: boolean | undefined
  /**
   * File for the report, false for no file. `LASTCALL_TERMINATION_LOG`; `/dev/termination-log` if that file
   * exists.
   * @default '/dev/termination-log'
   */
  readonly terminationLog?: string | false | undefined
  /**
   * Signals that start the shutdown. SIGTERM and SIGINT.
   * @default ['SIGTERM', 'SIGINT']
   */
  readonly signals?: readonly SignalName[] | undefined
  /**
   * After which shutdowns the process exits: only after one that a signal began, after any, or never.
   * `signal`.
   * @default 'signal'
   */
  readonly exitAfter?: 'signal' | 'any' | 'never' | undefined
  /**
   * Receives the events, with pino's call signature; false for no log. By default, one JSON line for each
   * event on stderr, or lines for people on a terminal.
   * @default one that writes to stderr
   */
  readonly logger?: Logger | false | undefined
}

/** Options with every default filled in. */
export interface ResolvedOptions extends Budget {
  readonly readinessFailDelayMs: number
  readonly deadlineNoticeMs: number
  readonly gracePeriodMs: number | undefined
  readonly checkTimeoutMs: number
  readonly probePort: number | false
  readonly probeHost: string
  readonly livenessFailsOnShutdown: boolean
  readonly terminationLog: string | false
  readonly signals: readonly SignalName[]
  readonly exitAfter: 'signal' | 'any' | 'never'
  readonly logger: Logger | false | undefined
}

/** Something about the options that a person should know, and that does not prevent the start. */
export interface OptionNotice {
  readonly message: string
  readonly option?: string
  readonly used?: unknown
  readonly ignored?: unknown
}

/** The result of {@link resolveOptions}. */
export interface Resolution {
  readonly options: ResolvedOptions
  readonly notices: readonly OptionNotice[]
}

/**
 * Reads options from code and environment, fills in defaults and checks everything, including that the sum
 * fits into the grace period.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once
 */
export function resolveOptions(input: LifecycleOptions, env: Environment): Resolution {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new LastcallError('LASTCALL_INVALID_OPTIONS', [`options: got ${describe(input)}, pass an object`])
  }
  const problems: string[] = unknownNames(input)
  const notices: OptionNotice[] = unknownVariables(env)
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(optionRules)) {
    const found = readOption(name, input, env, problems)
    values[name] = found.value
    if (found.notice) notices.push(found.notice)
  }
  if (Array.isArray(values['signals']))
    for (const problem of signalProblems(values['signals'])) problems.push(problem)
  const options = values as unknown as ResolvedOptions
  if (summands.every((name) => values[name] !== undefined)) {
    for (const problem of checkBudget(options, options.gracePeriodMs)) problems.push(problem)
  }
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  return { options, notices }
}

const summands: readonly (keyof Budget)[] = [
  'preStopMs',
  'shutdownDelayMs',
  'drainTimeoutMs',
  'hooksTimeoutMs',
]

/** `value` is undefined when the given value cannot be used. */
interface Found {
  readonly value: unknown
  readonly notice?: OptionNotice
}

function readOption(name: string, input: object, env: Environment, problems: string[]): Found {
  const rule = optionRules[name]
  if (!rule) return { value: undefined }
  const given = (input as Record<string, unknown>)[name]
  const text = rule.env === undefined ? undefined : variable(env, rule.env)
  const parsed = text === undefined ? undefined : rule.parse?.(text)
  const faults: string[] = []
  if (given !== undefined && !rule.accepts(given)) {
    faults.push(`${name}: got ${describe(given)}, wanted ${rule.wanted}`)
  }
  if (text !== undefined && !rule.accepts(parsed)) {
    faults.push(`${rule.env}: got ${describe(text)}, wanted ${rule.wanted}`)
  }
  for (const fault of faults) problems.push(fault)
  if (faults.length > 0) return { value: undefined }
  if (given === undefined) return { value: parsed ?? rule.fallback(env) }
  if (parsed === undefined || parsed === given) return { value: given }
  const message = `${name} is set in the code and differently in ${rule.env}; the code's value is used`
  return { value: given, notice: { message, option: name, used: given, ignored: parsed } }
}
