import type { Command } from 'commander'
import { defaultLoad, type LoadOptions } from '../load/load-options.ts'
import { defaultLaneNames, laneNames } from '../load/sample.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'

/** More than this is no test of a shutdown any more, and one process cannot send it. */
const MAX_RATE = 5_000

/** Adds the flags that shape the load, the same for every command that makes some. */
export function addLoadFlags(command: Command): Command {
  return command
    .option(
      '--rate <n>',
      'requests per second of each paced lane (default: enough to detect an outage of 100 ms)',
    )
    .option('--lanes <names>', `lanes, separated by commas, or all (default: ${defaultLaneNames.join(',')})`)
    .option('--get-path <path>', `route for GET (default: ${defaultLoad.getPath})`)
    .option(
      '--post-path <path>',
      `route that takes JSON and answers with its id (default: ${defaultLoad.postPath})`,
    )
    .option('--slow-path <path>', `route that takes {ms} milliseconds (default: ${defaultLoad.slowPath})`)
    .option('--slow-time <duration>', 'how long the slow route and a stream take')
    .option(
      '--stream-path <path>',
      `route that streams {chunks} lines, 50 ms apart, and their SHA-256 (default: ${defaultLoad.streamPath})`,
    )
    .option(
      '--websocket-path <path>',
      `where a WebSocket sends each message back (default: ${defaultLoad.websocketPath})`,
    )
    .option(
      '--events-path <path>',
      `route of server-sent events that go on after Last-Event-ID (default: ${defaultLoad.eventsPath})`,
    )
    .option('--timeout <duration>', 'how long a request may take (default: 15s)')
    .option('--no-echo-check', 'accept any answer to POST, not only one with the id that was sent')
}

/** Reads the flags of {@link addLoadFlags}. */
export function readLoadFlags(
  reader: FlagReader,
  raw: RawFlags,
  fallbacks: Pick<LoadOptions, 'ratePerSecond' | 'slowMs' | 'idleLimitMs' | 'hostHeader'>,
): LoadOptions {
  return {
    lanes: reader.names('lanes', laneNames, defaultLaneNames),
    ratePerSecond: reader.integer('rate', fallbacks.ratePerSecond, [1, MAX_RATE]),
    timeoutMs: reader.duration('timeout', defaultLoad.timeoutMs),
    slowMs: reader.duration('slow-time', fallbacks.slowMs),
    idleLimitMs: fallbacks.idleLimitMs,
    getPath: readPath(reader, 'get-path', defaultLoad.getPath),
    postPath: readPath(reader, 'post-path', defaultLoad.postPath),
    slowPath: readPath(reader, 'slow-path', defaultLoad.slowPath),
    streamPath: readPath(reader, 'stream-path', defaultLoad.streamPath),
    websocketPath: readPath(reader, 'websocket-path', defaultLoad.websocketPath),
    eventsPath: readPath(reader, 'events-path', defaultLoad.eventsPath),
    checkEcho: raw['echoCheck'] !== false,
    hostHeader: fallbacks.hostHeader,
  }
}

function readPath(reader: FlagReader, flag: string, fallback: string): string {
  const path = reader.text(flag, fallback)
  // node:http throws on anything else in a path, in the middle of a run.
  if (/^\/[\x21-\x7e]*$/.test(path)) return path
  reader.problems.push(`--${flag}: got '${path}', wanted a path that begins with / and has no spaces`)
  return fallback
}
