import { resolve } from 'node:path'
import { LastcallError } from '../core/errors.ts'
import { defaultLoad, type LoadOptions } from '../load/load-options.ts'
import { targetOf } from '../load/lanes/jobs/producer.ts'
import type { OpenApiFacts } from '../load/openapi-facts.ts'
import type { Target } from '../load/sample.ts'
import { createFlagReader, type FlagReader, type RawFlags } from './flag-reader.ts'
import type { CliIo } from './io.ts'
import { checkJsonFile } from './json-file.ts'
import { isJobsAlone, refuseUnused } from './jobs-flags.ts'
import { readLoadFlags } from './load-flags.ts'
import { readOpenApi } from './openapi/read-openapi.ts'
import { readUrlTarget, refuseTls, type UrlTarget } from './url-flags.ts'

/** Options of `lastcall load`. */
export interface LoadCommandOptions {
  readonly url: URL
  readonly target: Target
  readonly load: LoadOptions
  /** What was used of the document of `--openapi`; undefined without the flag. */
  readonly openapi: OpenApiFacts | undefined
  /** Undefined: until a signal, or until the file appears. */
  readonly durationMs: number | undefined
  readonly untilFile: string | undefined
  readonly startTimeoutMs: number
  readonly progressMs: number
}

/** Enough for three replicas and one surge pod. `lastcall load` does not know the number of pods. */
const DEFAULT_RATE = 210

/** Replaces an invalid URL until the problem is reported. */
const nowhere = { url: new URL('http://localhost'), target: { host: 'localhost', port: 80 } }

/** Where the load goes; jobs alone go to their producer, and need no other place. */
function readPlace(reader: FlagReader, raw: RawFlags): UrlTarget | undefined {
  if (!isJobsAlone(reader)) return readUrlTarget(reader, raw)
  refuseTls(reader, raw)
  const text = reader.text('jobs-url', '')
  // readJobs() reports an invalid URL.
  return URL.canParse(text) ? { url: new URL(text), target: targetOf(new URL(text)) } : undefined
}

/**
 * Turns the flags of `lastcall load` into options.
 * @throws LastcallError `LASTCALL_USAGE` with all problems at once
 */
export function readLoadCommandFlags(raw: RawFlags, io: CliIo): LoadCommandOptions {
  const reader = createFlagReader(raw)
  const { url, target } = readPlace(reader, raw) ?? nowhere
  refuseUnused(reader, ['url', 'http2-port', 'shutdown-delay'])
  const { slowMs } = defaultLoad
  const untilFile = reader.text('until-file', '')
  const openapi = readOpenApi(reader, { cwd: io.cwd, url })
  const load = readLoadFlags(reader, raw, {
    ratePerSecond: DEFAULT_RATE,
    slowMs,
    idleLimitMs: reader.duration('shutdown-delay', defaultLoad.idleLimitMs),
    quietMs: 0,
    hostHeader: url.host,
    path: `${url.pathname}${url.search}`,
    operations: openapi?.requests,
  })
  const options = {
    url,
    target,
    load,
    openapi: openapi?.facts,
    durationMs: reader.optionalDuration('duration'),
    untilFile: untilFile === '' ? undefined : resolve(io.cwd, untilFile),
    startTimeoutMs: reader.duration('start-timeout', 30_000),
    progressMs: reader.duration('progress', 5_000),
  }
  checkJsonFile(reader, io)
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', [...new Set(reader.problems)])
  return options
}
