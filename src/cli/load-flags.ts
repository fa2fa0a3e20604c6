import type { Command } from 'commander'
import { defaultLaneNames, laneNamed, laneNames, lanes } from '../load/lanes/index.ts'
import { defaultLoad, type LoadOptions } from '../load/load-options.ts'
import type { Route } from '../load/route.ts'
import type { LaneName } from '../load/sample.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'

/** More than this is no test of a shutdown any more, and one process cannot send it. */
const MAX_RATE = 5_000

/** The routes of all lanes, each once. */
const routes: readonly Route[] = [...new Set(lanes.flatMap((lane) => lane.routes))]

/** Adds the flags that shape the load, the same for every command that makes some. */
export function addLoadFlags(command: Command): Command {
  command
    .option(
      '--rate <n>',
      'requests per second of each paced lane (default: enough to detect an outage of 100 ms)',
    )
    .option('--lanes <names>', `lanes, separated by commas, or all (default: ${defaultLaneNames.join(',')})`)
  for (const route of routes) {
    command.option(`--${flagOf(route)} <path>`, `${route.about} (default: ${route.fallback})`)
  }
  return command
    .option('--slow-time <duration>', 'how long the slow route and a stream take')
    .option('--timeout <duration>', 'how long a request may take (default: 15s)')
    .option('--no-echo-check', 'accept any answer to POST, not only one with the id that was sent')
}

function flagOf({ name }: Route): string {
  return `${name}-path`
}

/** Reads the flags of {@link addLoadFlags}. */
export function readLoadFlags(
  reader: FlagReader,
  raw: RawFlags,
  fallbacks: Pick<LoadOptions, 'ratePerSecond' | 'slowMs' | 'idleLimitMs' | 'hostHeader'>,
): LoadOptions {
  const names = reader.names('lanes', laneNames, defaultLaneNames)
  return {
    lanes: names,
    unasked: reader.has('lanes') ? [] : names.filter((name) => !isRouteNamed(reader, name)),
    ratePerSecond: reader.integer('rate', fallbacks.ratePerSecond, [1, MAX_RATE]),
    timeoutMs: reader.duration('timeout', defaultLoad.timeoutMs),
    slowMs: reader.duration('slow-time', fallbacks.slowMs),
    idleLimitMs: fallbacks.idleLimitMs,
    paths: Object.fromEntries(routes.map((route) => [route.name, readPath(reader, route)])),
    checkEcho: raw['echoCheck'] !== false,
    hostHeader: fallbacks.hostHeader,
  }
}

function isRouteNamed(reader: FlagReader, lane: LaneName): boolean {
  return laneNamed(lane).routes.some((route) => reader.has(flagOf(route)))
}

function readPath(reader: FlagReader, route: Route): string {
  const flag = flagOf(route)
  const { fallback } = route
  const path = reader.text(flag, fallback)
  // node:http throws on anything else in a path, in the middle of a run.
  if (/^\/[\x21-\x7e]*$/.test(path)) return path
  reader.problems.push(`--${flag}: got '${path}', wanted a path that begins with / and has no spaces`)
  return fallback
}
