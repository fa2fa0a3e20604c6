import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { type RunningLoad, startLoad } from '../../load/engine.ts'
import { type LoadDocument as LoadResult, toLoadDocument as toLoadResult } from '../../load/load-document.ts'
import { withoutLeftOut } from '../../load/load-options.ts'
import { refuseSelfTest } from '../../load/self-test.ts'
import { waitForAnswers } from '../../load/wait-for-answers.ts'
import { toJson, toLoadDocument } from '../../report/json.ts'
import { renderLoad, renderLoadLine } from '../../report/load-summary.ts'
import { renderOpenApi } from '../../report/openapi.ts'
import { createPalette } from '../../report/palette.ts'
import { lockNotice } from '../../rollout/job-review.ts'
import type { RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import { type CliIo, exitCodeOf, isColoured } from '../io.ts'
import { type LoadCommandOptions, readLoadCommandFlags } from '../load-command-flags.ts'
import { addLoadFlags } from '../load-flags.ts'
import { addTlsFlags } from '../url-flags.ts'

const examples: readonly Example[] = [
  ['lastcall load --url http://shop', 'until Ctrl-C or SIGTERM'],
  ['lastcall load --url http://shop --duration 2m --json load.json', 'two minutes, in every detail'],
  ['lastcall load --lanes jobs --jobs-url http://jobs:8080/jobs --duration 1m', 'a queue and its workers'],
  ['lastcall load --url https://shop.example --insecure', 'TLS with any certificate'],
]

/** `lastcall load --url URL`: the load engine against one address, to run inside a cluster. */
export function createLoadCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('load')
    .description('Send load to one URL until SIGTERM, without retries, and list every request that failed')
    .option(
      '--url <url>',
      'http or https URL of the Service; its name is looked up once (required, but not for jobs alone)',
    )
    .option(
      '--http2-port <port>',
      "where the lane http2 finds HTTP/2 (default: the URL's port + 1, with https the URL's port)",
    )
    .option('--duration <duration>', 'end after this time')
    .option('--until-file <file>', 'end when this file exists')
    .option('--start-timeout <duration>', 'how long to wait for the first answers (default: 30s)')
  return addHelp(addLoadFlags(addTlsFlags(command)), 'load', examples)
    .option(
      '--shutdown-delay <duration>',
      'how long pods serve after the signal; connections idle for longer are counted separately (default: 2s)',
    )
    .option('--json <file>', 'write the result as JSON; - for stdout, instead of the report')
    .option('--progress <duration>', 'how often to print a line on stderr; 0 for never (default: 5s)')
    .option('--no-color', 'no colours, even on a terminal')
    .action(async (raw: RawFlags) => onExitCode(await load(raw, io)))
}

async function load(raw: RawFlags, io: CliIo): Promise<number> {
  const options = readLoadCommandFlags(raw, io)
  if (options.openapi) io.stderr.write(renderOpenApi(options.openapi, options.load))
  const ending = new AbortController()
  let running: RunningLoad | undefined
  let cutShortBy: NodeJS.Signals | undefined
  const offSignal = io.onSignal((signal) => {
    if (!ending.signal.aborted) return ending.abort()
    // Only with --jobs-once does the verdict doubt a load whose end was cut short.
    if (!running || cutShortBy || !options.load.jobs?.once) return io.dieOf(signal)
    cutShortBy = signal
    running.cutShort()
  })
  try {
    const { startTimeoutMs: timeoutMs } = options
    // A load pod may start before the Service answers.
    const answers = await waitForAnswers(options.load, options.target, { timeoutMs, signal: ending.signal })
    const { target, problems, ...changes } = answers
    refuseSelfTest(
      options.load,
      problems.map(({ sentence }) => sentence),
      changes,
    )
    running = startLoad(withoutLeftOut(options.load, changes), { pickTarget: () => target, changes })
    const progress = showProgress(running, options.progressMs, io)
    await untilEnd(options, ending.signal)
    const waits = lockNotice(options.load)
    if (waits !== undefined) io.stderr.write(`${waits}; a second signal ends the wait\n`)
    await running.stop()
    clearInterval(progress)
    const exitCode = finish(toLoadResult(running.record()), options, raw, io)
    return cutShortBy ? exitCodeOf(cutShortBy) : exitCode
  } finally {
    running?.abandon()
    offSignal()
  }
}

async function untilEnd({ durationMs, untilFile }: LoadCommandOptions, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + (durationMs ?? Infinity)
  while (!signal.aborted && performance.now() < endMs && !(untilFile && existsSync(untilFile))) {
    const waitMs = Math.min(FILE_CHECK_MS, Math.max(0, endMs - performance.now()))
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

const FILE_CHECK_MS = 200

function showProgress(running: RunningLoad, everyMs: number, io: CliIo): NodeJS.Timeout | undefined {
  if (everyMs === 0) return undefined
  return setInterval(() => io.stderr.write(`${renderLoadLine(running.totals())}\n`), everyMs)
}

function finish(result: LoadResult, options: LoadCommandOptions, raw: RawFlags, io: CliIo): number {
  const document = toLoadDocument(result, options)
  const { verdict } = document
  const json = toJson(document)
  const file = raw['json']
  if (typeof file === 'string' && file !== '-') writeFileSync(resolve(io.cwd, file), json)
  const palette = createPalette(isColoured(io.stdout, io.env, raw['color'] !== false))
  io.stdout.write(file === '-' ? json : renderLoad(document, verdict, palette))
  return verdict.exitCode
}
