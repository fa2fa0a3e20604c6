import type { Command } from 'commander'
import type { LaneDefinition } from '../load/lane-definition.ts'
import { defaultLaneNames, laneNamed, lanes } from '../load/lanes/index.ts'
import { newConnections } from '../load/lanes/new-connections/new-connections.ts'
import { defaultLoad, type LoadOptions } from '../load/load-options.ts'
import type { PlainRequest } from '../load/plain-request.ts'
import type { Route } from '../load/route.ts'
import type { LaneName } from '../load/sample.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'
import { addJobsFlags, readJobs, readJobsTls, readLaneNames, refuseUnused } from './jobs-flags.ts'
import { readLaneFlags } from './lane-flags.ts'
import { addRequestFlags, readHeaders, readPath, readRequest, requestFlags } from './request-flags.ts'

/** The flag that names the configuration file. */
export const CONFIG_FLAG = '--config'
/** Key for the flags of single lanes, which only the file can set. */
export const LANE_FLAGS = 'laneFlags'

/**
 * Requests per second. No machine sends more from one process; a rate that is too high shows as unsent
 * requests.
 */
const MAX_RATE = 100_000

/** The routes of all lanes, without duplicates. */
const routes: readonly Route[] = [...new Set(lanes.flatMap((lane) => lane.routes))]

/** What says nothing about jobs. `--header` is not among them: the producer gets those fields as well. */
const requestOnlyFlags = [
  ...requestFlags,
  'rate',
  'openapi',
  'slow-time',
  'timeout',
  ...routes.map(({ name }) => `${name}-path`),
]

/** Adds the flags that shape the load. All commands that send load share them. */
export function addLoadFlags(command: Command): Command {
  command
    .option(
      '--rate <n>',
      'requests per second of each paced lane (default: enough to detect an outage of 100 ms)',
    )
    .option('--lanes <names>', `lanes, separated by commas, or all (default: ${defaultLaneNames.join(',')})`)
  addRequestFlags(command)
  command.option(
    '--openapi <file>',
    'OpenAPI 3 document whose GET and HEAD operations with examples these lanes send in turn (default: none)',
  )
  for (const route of routes) {
    command.option(`--${flagOf(route)} <path>`, `${route.about} (default: ${route.fallback})`)
  }
  return addJobsFlags(command)
    .option(
      '--slow-time <duration>',
      'how long the slow route and a stream take; reading a large answer takes twice as long',
    )
    .option(
      '--timeout <duration>',
      'how long a request may take, plus the time that a slow route is asked to take (default: 15s)',
    )
    .option(
      `${CONFIG_FLAG} <file>`,
      'YAML file with flags; the command line wins (default: lastcall.yaml if it exists)',
    )
}

function flagOf({ name }: Route): string {
  return `${name}-path`
}

/** A command's defaults for these flags. */
interface LoadFallbacks extends Pick<LoadOptions, 'ratePerSecond' | 'slowMs' | 'idleLimitMs'> {
  readonly hostHeader: string
  /** How long the load goes on after the last pod went away. 0: nothing is known about that. Milliseconds. */
  readonly quietMs: number
  /** Default of `--path`. `/` */
  readonly path?: string
  /** The requests that lanes send in turn with `--openapi`; undefined without the flag. */
  readonly operations?: readonly PlainRequest[] | undefined
}

/** Reads the flags of {@link addLoadFlags}. */
export function readLoadFlags(
  reader: FlagReader,
  raw: RawFlags,
  { hostHeader, quietMs, path = '/', operations, ...fallbacks }: LoadFallbacks,
): LoadOptions {
  const names = readLaneNames(reader)
  refuseUnused(reader, requestOnlyFlags)
  const jobs = readJobs(reader, raw, { names, quietMs })
  const ofLanes = (raw[LANE_FLAGS] ?? {}) as Readonly<Record<LaneName, RawFlags>>
  const described = operations ?? [readRequest(reader, path)]
  const own = readLaneFlags(reader, { raw, ofLanes, path, operations })
  const describedLanes = lanes.filter(
    (lane) => lane.name === newConnections.name || isDescribed(reader, lane),
  )
  const requests = {
    ...Object.fromEntries(describedLanes.map(({ name }) => [name, described])),
    ...own.requests,
  }
  const isNamed = (name: LaneName): boolean =>
    !laneNamed(name).unasked ||
    isRouteNamed(reader, name) ||
    isDescribed(reader, laneNamed(name)) ||
    name in own.requests
  return {
    ...fallbacks,
    lanes: names,
    unasked: reader.has('lanes') ? [] : names.filter((name) => !isNamed(name)),
    ratePerSecond: reader.integer('rate', fallbacks.ratePerSecond, [1, MAX_RATE]),
    timeoutMs: reader.duration('timeout', defaultLoad.timeoutMs, 1),
    slowMs: reader.duration('slow-time', fallbacks.slowMs),
    paths: Object.fromEntries(
      routes.map((route) => [route.name, readPath(reader, flagOf(route), route.fallback)]),
    ),
    requests,
    headers: { host: hostHeader, ...readHeaders(reader) },
    laneHeaders: own.headers,
    ...(jobs && { jobs, ...readJobsTls(reader, raw, jobs) }),
  }
}

function isRouteNamed(reader: FlagReader, name: LaneName): boolean {
  return laneNamed(name).routes.some((route) => reader.has(flagOf(route)))
}

/**
 * Whether a lane sends the requests that the flags describe. A lane whose own route has a flag keeps that
 * route.
 */
function isDescribed(reader: FlagReader, { name, described }: LaneDefinition): boolean {
  return (
    described !== undefined &&
    !isRouteNamed(reader, name) &&
    [...requestFlags, 'openapi'].some((flag) => reader.has(flag))
  )
}
