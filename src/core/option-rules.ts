import * as defaults from './defaults.ts'
import { describe } from './describe.ts'
import { parseDuration } from './duration.ts'
import { signalProblem } from './signal-names.ts'

/** The environment variables that options are read from. */
export type Environment = Readonly<Record<string, string | undefined>>

/** How to read, check and default one option. */
export interface OptionRule {
  /** The environment variable, if the option has one. */
  readonly env?: string
  /** Reads the variable's text; undefined when the text is not valid. */
  readonly parse?: (text: string) => unknown
  readonly accepts: (value: unknown) => boolean
  /** The accepted values in words, for the message. */
  readonly wanted: string
  readonly fallback: (env: Environment) => unknown
}

const inKubernetes = (env: Environment): boolean => Boolean(env['KUBERNETES_SERVICE_HOST'])
const isDuration = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= defaults.MAX_DURATION_MS
const isPort = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535
const parseBoolean = (text: string): unknown => ({ true: true, false: false })[text]
const parsePort = (text: string): unknown =>
  text === 'false' ? false : /^\d+$/.test(text) ? Number(text) : undefined

function duration(env: string, fallback: (env: Environment) => unknown): OptionRule {
  const wanted = 'a duration in milliseconds from 0 to 2147483647 (in the environment: 5s, 500ms)'
  return { env, parse: parseDuration, accepts: isDuration, wanted, fallback }
}

/** Why a list of signals cannot be used; empty when it can. */
export function signalProblems(signals: readonly unknown[]): readonly string[] {
  return signals.flatMap((signal) => {
    const problem = signalProblem(signal)
    return problem === null ? [] : [`signals: ${describe(signal)} ${problem}`]
  })
}

const isLogger = (value: unknown): boolean =>
  value === false ||
  (typeof value === 'object' &&
    value !== null &&
    ['info', 'warn', 'error'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function'))

/** One rule for each option, in the order of the documentation's table. */
export const optionRules: Readonly<Record<string, OptionRule>> = {
  shutdownDelayMs: duration('LASTCALL_SHUTDOWN_DELAY', (env) =>
    inKubernetes(env) ? defaults.DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS : defaults.DEFAULT_SHUTDOWN_DELAY_MS,
  ),
  readinessFailDelayMs: duration(
    'LASTCALL_READINESS_FAIL_DELAY',
    () => defaults.DEFAULT_READINESS_FAIL_DELAY_MS,
  ),
  drainTimeoutMs: duration('LASTCALL_DRAIN_TIMEOUT', () => defaults.DEFAULT_DRAIN_TIMEOUT_MS),
  hooksTimeoutMs: duration('LASTCALL_HOOKS_TIMEOUT', () => defaults.DEFAULT_HOOKS_TIMEOUT_MS),
  deadlineNoticeMs: duration('LASTCALL_DEADLINE_NOTICE', () => defaults.DEFAULT_DEADLINE_NOTICE_MS),
  preStopMs: duration('LASTCALL_PRE_STOP', () => 0),
  gracePeriodMs: duration('LASTCALL_GRACE_PERIOD', () => undefined),
  checkTimeoutMs: duration('LASTCALL_CHECK_TIMEOUT', () => defaults.DEFAULT_CHECK_TIMEOUT_MS),
  probePort: {
    env: 'LASTCALL_PROBE_PORT',
    parse: parsePort,
    accepts: (value) => value === false || isPort(value),
    wanted: 'a port from 0 to 65535, or false for no probe server',
    fallback: () => defaults.DEFAULT_PROBE_PORT,
  },
  probeHost: {
    env: 'LASTCALL_PROBE_HOST',
    parse: (text) => text,
    accepts: (value) => typeof value === 'string' && value !== '',
    wanted: "an address or host name, such as '127.0.0.1'",
    fallback: () => defaults.DEFAULT_PROBE_HOST,
  },
  livenessFailsOnShutdown: {
    env: 'LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN',
    parse: parseBoolean,
    accepts: (value) => typeof value === 'boolean',
    wanted: 'true or false',
    fallback: () => false,
  },
  terminationLog: {
    env: 'LASTCALL_TERMINATION_LOG',
    parse: (text) => (text === 'false' ? false : text),
    accepts: (value) => value === false || (typeof value === 'string' && value !== ''),
    wanted: 'the path of a file, or false for none',
    fallback: () => defaults.DEFAULT_TERMINATION_LOG,
  },
  signals: {
    accepts: Array.isArray,
    wanted: "a list of signal names, such as ['SIGTERM']",
    fallback: () => defaults.DEFAULT_SIGNALS,
  },
  exitAfter: {
    accepts: (value) => ['signal', 'any', 'never'].includes(value as string),
    wanted: "'signal', 'any' or 'never'",
    fallback: () => 'signal',
  },
  logger: {
    accepts: isLogger,
    wanted: 'an object with info, warn and error (such as a pino logger), or false for none',
    fallback: () => undefined,
  },
}
