import { resolve } from 'node:path'
import { LastcallError } from '../core/errors.ts'
import { getRoute } from '../load/lanes/get-route.ts'
import { defaultLoad, type LoadOptions } from '../load/load-options.ts'
import { createFlagReader, type FlagReader, type RawFlags } from './flag-reader.ts'
import type { CliIo } from './io.ts'
import { checkJsonFile } from './json-file.ts'
import { readLoadFlags } from './load-flags.ts'

/** What `lastcall load` is to do. */
export interface LoadCommandOptions {
  readonly url: URL
  /** Where the lane `http2` dials. */
  readonly http2Port: number
  readonly load: LoadOptions
  /** Undefined: until a signal or the file. */
  readonly durationMs: number | undefined
  readonly untilFile: string | undefined
  readonly startTimeoutMs: number
  readonly progressMs: number
}

/** Enough for three replicas and a surge pod; `lastcall load` cannot know how many there are. */
const DEFAULT_RATE = 210
const MAX_PORT = 65_535

/**
 * Turns the flags of `lastcall load` into options.
 * @throws LastcallError `LASTCALL_USAGE` with all problems at once
 */
export function readLoadCommandFlags(raw: RawFlags, io: CliIo): LoadCommandOptions {
  const reader = createFlagReader(raw)
  const url = readUrl(reader)
  const { slowMs } = defaultLoad
  const untilFile = reader.text('until-file', '')
  const load = readLoadFlags(reader, raw, {
    ratePerSecond: DEFAULT_RATE,
    slowMs,
    idleLimitMs: reader.duration('shutdown-delay', defaultLoad.idleLimitMs),
    hostHeader: url.host,
  })
  const options = {
    url,
    http2Port: reader.integer('http2-port', portOf(url) + 1, [1, MAX_PORT]),
    load: raw['getPath'] === undefined ? withGetPath(load, `${url.pathname}${url.search}`) : load,
    durationMs: reader.optionalDuration('duration'),
    untilFile: untilFile === '' ? undefined : resolve(io.cwd, untilFile),
    startTimeoutMs: reader.duration('start-timeout', 30_000),
    progressMs: reader.duration('progress', 5_000),
  }
  checkJsonFile(reader, io)
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', reader.problems)
  return options
}

function withGetPath(load: LoadOptions, path: string): LoadOptions {
  return { ...load, paths: { ...load.paths, [getRoute.name]: path } }
}

/** The port that a URL means. */
export function portOf(url: URL): number {
  return Number(url.port || 80)
}

function readUrl(reader: FlagReader): URL {
  const text = reader.text('url', '')
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return new URL(text)
  reader.problems.push(
    `--url: got '${text}', wanted an http URL such as http://shop:3000 (TLS is not supported)`,
  )
  return new URL('http://localhost')
}
