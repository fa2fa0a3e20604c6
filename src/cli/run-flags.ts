import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { DEFAULT_PROBE_HOST, DEFAULT_PROBE_PORT } from '../core/defaults.ts'
import { LastcallError } from '../core/errors.ts'
import { variable } from '../core/option-names.ts'
import { optionRules } from '../core/option-rules.ts'
import { parseDuration } from '../core/duration.ts'
import { supervisionVariables } from '../core/supervision.ts'
import { defaultControlPath } from '../supervisor/control/control-path.ts'
import * as defaults from '../supervisor/options.ts'
import type { ReadyRule, SupervisorOptions } from '../supervisor/options.ts'
import { parseListens } from '../supervisor/sockets/parse-listen.ts'
import { underAuto } from './auto-environment.ts'
import { createFlagReader, type FlagReader, type RawFlags } from './flag-reader.ts'
import type { CliIo } from './io.ts'
import { readReusePort } from './reuse-port-flag.ts'

/** A command line of `lastcall run`. */
export interface RunFlags {
  readonly options: SupervisorOptions
  /** Whether nobody has named a control socket, so that it may be done without. */
  readonly isControlDefault: boolean
}

/** What of the process the flags depend on. */
type RunPlace = Pick<CliIo, 'cwd' | 'env'>

const MAX_PORT = 65_535
const MAX_CRASHES = 1_000_000

/**
 * Turns the flags of `lastcall run` into options.
 * @throws LastcallError `LASTCALL_USAGE` with all problems at once
 */
export function readRunFlags(raw: RawFlags, command: readonly string[], io: RunPlace): RunFlags {
  const reader = createFlagReader(raw)
  const { problems } = reader
  // The command came from a shell variable that is not set.
  if (command[0] === '') problems.push('-- : the command is empty; name what starts the application')
  const listen = parseListens(reader.list('listen'))
  for (const problem of listen.problems) problems.push(problem)
  const readyTimeoutMs = reader.duration('ready-timeout', defaults.DEFAULT_READY_TIMEOUT_MS, 1)
  const control = readControl(reader, io)
  const options: SupervisorOptions = {
    command,
    cwd: io.cwd,
    env: raw['auto'] === true ? underAuto(io.env) : io.env,
    listen: listen.specs,
    reusePort: readReusePort(raw, reader, listen.specs),
    ready: readReady(reader, readyTimeoutMs),
    settings: {
      readyTimeoutMs,
      soakMs: reader.duration('soak', defaults.DEFAULT_SOAK_MS),
      killAfterMs: defaults.DEFAULT_KILL_AFTER_MS,
      backOff: defaults.DEFAULT_BACK_OFF,
      crashLimit: reader.integer('crash-limit', defaults.DEFAULT_CRASH_LIMIT, [1, MAX_CRASHES]),
      standby: raw['standby'] === true,
    },
    hammerAfterMs: reader.optionalDuration('hammer-after') ?? null,
    handOverMs: reader.duration('hand-over', defaults.DEFAULT_HAND_OVER_MS),
    preStart: readPreStart(reader),
    watch: readWatch(reader, io),
    control,
    probes: readProbes(reader, raw, io),
  }
  if (problems.length > 0) throw new LastcallError('LASTCALL_USAGE', problems)
  return {
    options,
    isControlDefault: !reader.has('control') && !variable(io.env, supervisionVariables.control),
  }
}

function readReady(reader: FlagReader, readyTimeoutMs: number): ReadyRule {
  const text = reader.text('ready', 'lastcall')
  if (text === 'lastcall') return { kind: text }
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return { kind: 'url', url: text }
  const [, duration] = /^alive:(.*)$/.exec(text) ?? []
  const ms = duration === undefined ? undefined : parseDuration(duration)
  const wanted = 'lastcall, a URL such as http://127.0.0.1:8080/healthz, or alive:2s'
  if (ms === undefined) reader.problems.push(`--ready: got '${text}', wanted ${wanted}`)
  else if (ms >= readyTimeoutMs)
    reader.problems.push(`--ready: '${text}' never happens within --ready-timeout; make the latter longer`)
  return { kind: 'alive', ms: ms ?? 0 }
}

/** A shell reads it, so that it can have arguments, pipes and variables. */
function readPreStart(reader: FlagReader): readonly string[] | null {
  if (!reader.has('pre-start')) return null
  const text = reader.text('pre-start', '')
  if (text.trim() === '') reader.problems.push('--pre-start: the command is empty; name one, or leave it out')
  return ['/bin/sh', '-c', text]
}

function readWatch(reader: FlagReader, io: RunPlace): readonly string[] {
  return reader.list('watch').map((given) => {
    const path = resolve(io.cwd, given)
    if (given === '') reader.problems.push('--watch: the path is empty; name one, or leave it out')
    else if (!existsSync(path)) reader.problems.push(`--watch: '${path}' does not exist; check the spelling`)
    return path
  })
}

function readControl(reader: FlagReader, io: RunPlace): string | null {
  const text = reader.has('control')
    ? reader.text('control', '')
    : variable(io.env, supervisionVariables.control)
  if (text === 'none') return null
  if (text === '') reader.problems.push('--control: the path is empty; name one, or none')
  return text === undefined ? defaultControlPath(io.env, process.pid) : resolve(io.cwd, text)
}

function readProbes(reader: FlagReader, raw: RawFlags, io: RunPlace): SupervisorOptions['probes'] {
  const host = reader.text('probe-host', variable(io.env, 'LASTCALL_PROBE_HOST') ?? DEFAULT_PROBE_HOST)
  if (host === '') reader.problems.push(`--probe-host: got '', wanted an address such as 127.0.0.1`)
  if (raw['probes'] === false) {
    for (const flag of ['probe-port', 'probe-host'].filter((one) => reader.has(one)))
      reader.problems.push(`--${flag} has no meaning with --no-probes; leave one of them out`)
    return null
  }
  if (reader.has('probe-port')) return { host, port: reader.integer('probe-port', 0, [0, MAX_PORT]) }
  const port = readPortVariable(reader, io)
  return port === false ? null : { host, port }
}

/** The same variable as of the library, with the same values. */
function readPortVariable(reader: FlagReader, io: RunPlace): number | false {
  const rule = optionRules['probePort']
  const text = variable(io.env, 'LASTCALL_PROBE_PORT')
  if (!rule?.parse || text === undefined) return DEFAULT_PROBE_PORT
  const value = rule.parse(text)
  if (rule.accepts(value)) return value as number | false
  reader.problems.push(`LASTCALL_PROBE_PORT: got '${text}', wanted ${rule.wanted}`)
  return false
}
