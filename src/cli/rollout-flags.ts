import { LastcallError } from '../core/errors.ts'
import { sendsToPods } from '../load/lanes/index.ts'
import { targetOf } from '../load/lanes/jobs/producer.ts'
import { defaultLoad, type JobsLoad, type LoadOptions } from '../load/load-options.ts'
import type { OpenApiFacts } from '../load/openapi-facts.ts'
import { DEFAULT_IMAGE } from '../rollout/drivers/kubernetes/manifests.ts'
import type { ObserveFrom } from '../rollout/drivers/kubernetes/observe-from.ts'
import type { Destination } from '../rollout/drivers/kubernetes/preflight.ts'
import { parseWorkloadName, type WorkloadName } from '../rollout/drivers/kubernetes/workload-kinds.ts'
import type { FailureBudget } from '../rollout/failure-budget.ts'
import { wantedRate } from '../rollout/power.ts'
import type { TriggerName } from '../rollout/trigger.ts'
import { readBudgets } from './budget-flag.ts'
import { createFlagReader, type FlagReader, type RawFlags } from './flag-reader.ts'
import type { CliIo } from './io.ts'
import { checkJsonFile } from './json-file.ts'
import { refuseUnused } from './jobs-flags.ts'
import { readLoadFlags } from './load-flags.ts'
import { readGenerators } from './generators-flag.ts'
import { readObserveFrom } from './observe-from-flag.ts'
import { readOpenApi } from './openapi/read-openapi.ts'
import { readToImage, readTrigger } from './trigger-flag.ts'
import { readUrlTarget, refuseTls } from './url-flags.ts'

/** Options of `lastcall rollout`, before the cluster is asked. */
export interface RolloutFlags {
  readonly workload: WorkloadName
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** Undefined: the namespace of the context. */
  readonly namespace: string | undefined
  readonly service: string | undefined
  readonly port: string | undefined
  readonly http2Port: number | undefined
  /** Undefined: send to the Service. */
  readonly url: Destination | undefined
  /** Receives the whole load if it consists of jobs for workers; undefined for any other load. */
  readonly producer: Destination | undefined
  readonly image: string
  readonly serviceAccount: string | undefined
  /** Undefined: decide by the user's permissions. */
  readonly observeFrom: ObserveFrom | undefined
  readonly node: string | undefined
  readonly generators: number
  readonly trigger: TriggerName
  /** The new image of the trigger `image`. */
  readonly toImage: string | undefined
  readonly restarts: number
  readonly durationMs: number | undefined
  readonly baselineMs: number
  readonly coolDownMs: number
  readonly budgets: readonly FailureBudget[]
  readonly rolloutTimeoutMs: number
  readonly dryRun: boolean
  readonly printManifests: boolean
  /** What was used of the document of `--openapi`; undefined without the flag. */
  readonly openapi: OpenApiFacts | undefined
  /** Builds the load for this number of pods. */
  loadFor(replicas: number, hostHeader: string): LoadOptions
}

const MAX_RESTARTS = 1_000
const MAX_PORT = 65_535
const MIN_DEFAULT_RATE = 150
/** Each generator sends this much without stalling. More pods need `--rate` or `--generators`. */
const MAX_DEFAULT_RATE = 1_000
/** Reserve above the wanted rate: a busy machine sends a little less than planned. */
const RATE_RESERVE = 1.1

/**
 * Turns the arguments and flags of `lastcall rollout` into options.
 * @throws LastcallError `LASTCALL_USAGE` with all problems at once
 */
export function readRolloutFlags(raw: RawFlags, words: readonly string[], io: CliIo): RolloutFlags {
  const reader = createFlagReader(raw)
  const workload = readWorkload(reader, words)
  const optional = (flag: string): string | undefined => reader.text(flag, '') || undefined
  const idleLimitMs = reader.duration('shutdown-delay', defaultLoad.idleLimitMs)
  const byUrl = reader.has('url') ? readUrlTarget(reader, raw) : undefined
  if (!reader.has('url')) refuseTls(reader, raw)
  refuseUnused(reader, ['url', 'http2-port', 'shutdown-delay'])
  const place = byUrl && { hostHeader: byUrl.url.host, path: `${byUrl.url.pathname}${byUrl.url.search}` }
  const openapi = readOpenApi(reader, { cwd: io.cwd, url: byUrl?.url })
  const operations = openapi?.requests
  const observeFrom = readObserveFrom(reader, raw)
  const generators = readGenerators(reader, { printManifests: raw['printManifests'] === true, observeFrom })
  const coolDownMs = reader.duration('cool-down', 3_000)
  const loadFor = (replicas: number, hostHeader: string): LoadOptions => {
    const wanted = Math.ceil((wantedRate(replicas + 1) * RATE_RESERVE) / 10) * 10
    const ratePerSecond = Math.min(generators * MAX_DEFAULT_RATE, Math.max(MIN_DEFAULT_RATE, wanted))
    const { slowMs } = defaultLoad
    const fallbacks = {
      ratePerSecond,
      slowMs,
      idleLimitMs,
      quietMs: coolDownMs,
      hostHeader,
      operations,
      ...place,
    }
    return readLoadFlags(reader, raw, fallbacks)
  }
  // Problems of the load have to be known before the cluster is asked.
  const { lanes, jobs, jobsTls } = loadFor(1, '')
  const output = reader.text('output', 'text')
  if (output !== 'text' && output !== 'json') {
    reader.problems.push(`--output: got '${output}', wanted json or text`)
  }
  const trigger = readTrigger(reader)
  const http2Port = reader.integer('http2-port', 0, [1, MAX_PORT])
  const flags = {
    workload,
    kubeconfig: optional('kubeconfig'),
    context: optional('context'),
    namespace: optional('namespace'),
    service: optional('service'),
    port: optional('port'),
    http2Port: http2Port === 0 ? undefined : http2Port,
    url: byUrl && { words: byUrl.url.href, target: byUrl.target },
    producer: jobs && !sendsToPods(lanes) ? producerOf(jobs, jobsTls) : undefined,
    image: reader.text('image', DEFAULT_IMAGE),
    serviceAccount: optional('service-account'),
    observeFrom,
    node: optional('node'),
    generators,
    trigger,
    toImage: readToImage(reader, trigger),
    restarts: reader.integer('restarts', 1, [1, MAX_RESTARTS]),
    durationMs: reader.optionalDuration('duration'),
    baselineMs: reader.duration('baseline', 5_000),
    coolDownMs,
    budgets: readBudgets(reader, raw, lanes),
    rolloutTimeoutMs: reader.duration('rollout-timeout', 600_000),
    dryRun: raw['dryRun'] === true,
    printManifests: raw['printManifests'] === true,
    openapi: openapi?.facts,
    loadFor,
  }
  checkJsonFile(reader, io)
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', [...new Set(reader.problems)])
  return flags
}

function producerOf({ url }: JobsLoad, tls: LoadOptions['jobsTls']): Destination {
  return { words: `the producer of jobs at ${url}`, target: targetOf(new URL(url), tls) }
}

function readWorkload(reader: FlagReader, words: readonly string[]): WorkloadName {
  try {
    return parseWorkloadName(words)
  } catch (error) {
    if (!(error instanceof LastcallError)) throw error
    for (const problem of error.problems) reader.problems.push(problem)
    return { kind: 'Deployment', name: '', resource: 'deployments' }
  }
}
