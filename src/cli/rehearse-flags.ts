import { LastcallError } from '../core/errors.ts'
import { sendsToPods } from '../load/lanes/index.ts'
import type { OpenApiFacts } from '../load/openapi-facts.ts'
import type { LocalOptions } from '../rollout/drivers/local/local-options.ts'
import type { Readiness } from '../rollout/drivers/local/readiness.ts'
import { wantedRate } from '../rollout/power.ts'
import type { RunOptions } from '../rollout/run.ts'
import { readBudgets } from './budget-flag.ts'
import { createFlagReader, type FlagReader, type RawFlags } from './flag-reader.ts'
import { readInPlace } from './in-place-flag.ts'
import type { CliIo } from './io.ts'
import { checkJsonFile } from './json-file.ts'
import { refuseUnused } from './jobs-flags.ts'
import { readLoadFlags } from './load-flags.ts'
import { readOpenApi } from './openapi/read-openapi.ts'
import { readShutdown } from './shutdown-flag.ts'

/** What to start as pods, and what to do with it. */
export interface RehearseOptions extends LocalOptions, RunOptions {
  readonly inPlace: boolean
  /** `--readiness` with `--in-place`, which `lastcall run` reads as its `--ready`. Undefined: its default */
  readonly ready: string | undefined
  /** What was used of the document of `--openapi`; undefined without the flag. */
  readonly openapi: OpenApiFacts | undefined
}

const MAX_REPLICAS = 20
const MAX_RESTARTS = 1_000
/** With a lower rate, the figures of a table say little, whatever the number of replicas. */
const MIN_DEFAULT_RATE = 150
/** Reserve above the wanted rate: a busy machine sends a little less than planned. */
const RATE_RESERVE = 1.1

/**
 * Turns the flags of `lastcall rehearse` into options.
 * @throws LastcallError `LASTCALL_USAGE` with all problems at once
 */
export function readRehearseFlags(raw: RawFlags, command: readonly string[], io: CliIo): RehearseOptions {
  const reader = createFlagReader(raw)
  // The command came from a shell variable that is not set.
  if (command[0] === '') reader.problems.push('-- : the command is empty; name what starts the application')
  const shutdown = readShutdown(reader)
  const inPlace = readInPlace(reader, raw, shutdown)
  const replicas = inPlace ? 1 : reader.integer('replicas', 3, [1, MAX_REPLICAS])
  const endpoints = inPlace ? 1 : replicas + 1
  const rate = Math.max(MIN_DEFAULT_RATE, Math.ceil((wantedRate(endpoints) * RATE_RESERVE) / 10) * 10)
  const coolDownMs = reader.duration('cool-down', 2_000)
  refuseUnused(reader, ['endpoint-lag'])
  const openapi = readOpenApi(reader, { cwd: io.cwd })
  const load = readLoadFlags(reader, raw, {
    ratePerSecond: rate,
    // Longer than the delay: a request in flight at the signal has to reach the drain.
    slowMs: shutdown.budget.shutdownDelayMs + 1_000,
    idleLimitMs: shutdown.budget.shutdownDelayMs,
    quietMs: coolDownMs,
    hostHeader: 'localhost',
    operations: openapi?.requests,
  })
  const options = {
    command,
    cwd: io.cwd,
    env: io.env,
    inPlace,
    ready: inPlace && reader.has('readiness') ? reader.text('readiness', '') : undefined,
    replicas,
    ...shutdown,
    endpointLagMs: reader.duration('endpoint-lag', 1_000),
    readiness: inPlace ? ({ kind: 'auto' } as const) : readReadiness(reader, sendsToPods(load.lanes)),
    readyTimeoutMs: reader.duration('ready-timeout', 30_000, 1),
    load,
    openapi: openapi?.facts,
    restarts: reader.integer('restarts', 1, [1, MAX_RESTARTS]),
    durationMs: reader.optionalDuration('duration'),
    baselineMs: reader.duration('baseline', 3_000),
    coolDownMs,
    budgets: readBudgets(reader, raw, load.lanes),
  }
  checkJsonFile(reader, io)
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', reader.problems)
  return options
}

function readReadiness(reader: FlagReader, hasPort: boolean): Readiness {
  const text = reader.text('readiness', 'auto')
  if (text.startsWith('/')) return { kind: 'path', path: text }
  if (text === 'auto') return { kind: hasPort ? 'auto' : 'worker' }
  if (text === 'tcp') return { kind: text }
  if (text !== 'probe') {
    reader.problems.push(
      `--readiness: got '${text}', wanted auto, probe (lastcall's own port), a path such as /healthz, or tcp`,
    )
  }
  return { kind: 'probe-server' }
}
