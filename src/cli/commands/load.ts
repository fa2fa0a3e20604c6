import { lookup } from 'node:dns/promises'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { type RunningLoad, startLoad } from '../../load/engine.ts'
import { type LoadDocument, toLoadDocument } from '../../load/load-document.ts'
import { type LaneChanges, noChanges } from '../../load/lane-changes.ts'
import { withoutLanes } from '../../load/load-options.ts'
import type { Target } from '../../load/sample.ts'
import { refuseSelfTest, selfTest } from '../../load/self-test.ts'
import { toJson } from '../../report/json.ts'
import { renderLoad, renderLoadLine } from '../../report/load-summary.ts'
import { createPalette } from '../../report/palette.ts'
import { judgeLoad } from '../../rollout/load-verdict.ts'
import type { RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import { type CliIo, isColoured } from '../io.ts'
import { type LoadCommandOptions, portOf, readLoadCommandFlags } from '../load-command-flags.ts'
import { addLoadFlags } from '../load-flags.ts'

const examples: readonly Example[] = [
  ['lastcall load --url http://shop', 'until Ctrl-C or SIGTERM'],
  ['lastcall load --url http://shop --duration 2m --json load.json', 'two minutes, in every detail'],
]

/** `lastcall load --url URL`: the load engine against one address, to run inside a cluster. */
export function createLoadCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('load')
    .description('Send load to one URL until SIGTERM, without retries, and list every request that failed')
    .requiredOption('--url <url>', 'http URL of the Service; its name is looked up once')
    .option(
      '--http2-port <port>',
      "where the lane http2 finds HTTP/2 without TLS (default: the URL's port + 1)",
    )
    .option('--duration <duration>', 'end after this time')
    .option('--until-file <file>', 'end when this file exists')
    .option('--start-timeout <duration>', 'how long to wait for the first answers (default: 30s)')
  return addHelp(addLoadFlags(command), 'load', examples)
    .option(
      '--shutdown-delay <duration>',
      'how long pods go on serving after the signal; longer idle connections are counted apart (default: 2s)',
    )
    .option('--json <file>', 'write the result as JSON; - for stdout, instead of the report')
    .option('--progress <duration>', 'a line on stderr this often; 0 for none (default: 5s)')
    .option('--no-color', 'no colours, even on a terminal')
    .action(async (raw: RawFlags) => onExitCode(await load(raw, io)))
}

async function load(raw: RawFlags, io: CliIo): Promise<number> {
  const options = readLoadCommandFlags(raw, io)
  const ending = new AbortController()
  let running: RunningLoad | undefined
  const offSignal = io.onSignal((signal) => {
    if (ending.signal.aborted) io.dieOf(signal)
    ending.abort()
  })
  try {
    const { target, changes } = await waitForAnswers(options, ending.signal)
    running = startLoad(withoutLanes(options.load, changes), { pickTarget: () => target, changes })
    const progress = showProgress(running, options.progressMs, io)
    await untilEnd(options, ending.signal)
    await running.stop()
    clearInterval(progress)
    return finish(toLoadDocument(running.record()), { options, raw, io })
  } finally {
    running?.abandon()
    offSignal()
  }
}

/** A pod of the load may be there before the Service answers; what answers wrongly is refused at once. */
async function waitForAnswers(options: LoadCommandOptions, signal: AbortSignal): Promise<Start> {
  const untilMs = performance.now() + options.startTimeoutMs
  for (;;) {
    const { target, problems, changes, final } = await tryOnce(options)
    const over = final || performance.now() > untilMs || signal.aborted
    if (over || problems.length === 0) refuseSelfTest(options.load, problems, changes)
    if (target && problems.length === 0) return { target, changes }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
  }
}

const RETRY_MS = 500

/** Where to send, and what to send otherwise than it was asked for. */
interface Start {
  readonly target: Target
  readonly changes: LaneChanges
}

interface Attempt extends Partial<Start> {
  readonly changes: LaneChanges
  readonly problems: readonly string[]
  /** Whether another attempt would end the same way. */
  readonly final: boolean
}

async function tryOnce({ load, url, http2Port }: LoadCommandOptions): Promise<Attempt> {
  try {
    // Looked up once: a look-up for every connection would measure the cluster's DNS, and the address of a
    // Service does not change.
    const { address } = await lookup(url.hostname.replace(/^\[|\]$/g, ''))
    const target = { host: address, port: portOf(url), http2Port }
    const { problems, ...changes } = await selfTest(load, target)
    const final = problems.some(({ unreachable }) => !unreachable)
    return { target, changes, problems: problems.map(({ sentence }) => sentence), final }
  } catch (error) {
    const problem = `--url: '${url.hostname}' cannot be looked up (${(error as Error).message})`
    return { problems: [problem], changes: noChanges, final: false }
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

function finish(
  document: LoadDocument,
  { options, raw, io }: { readonly options: LoadCommandOptions; readonly raw: RawFlags; readonly io: CliIo },
): number {
  const verdict = judgeLoad(document)
  const json = toJson({
    schemaVersion: 2,
    kind: 'load',
    url: options.url.href,
    options: options.load,
    verdict,
    ...document,
  })
  const file = raw['json']
  if (typeof file === 'string' && file !== '-') writeFileSync(resolve(io.cwd, file), json)
  const palette = createPalette(isColoured(io.stdout, io.env, raw['color'] !== false))
  io.stdout.write(file === '-' ? json : renderLoad(document, verdict, palette))
  return verdict.exitCode
}
