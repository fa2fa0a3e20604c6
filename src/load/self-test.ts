import { LastcallError } from '../core/errors.ts'
import type { LaneDefinition, LaneTrial } from './lane-definition.ts'
import { laneNamed } from './lanes/index.ts'
import type { LoadOptions } from './load-options.ts'
import type { LeftOutLane } from './load-record.ts'
import { type LaneName, readClocks, type Sample, type Target } from './sample.ts'

const TIMEOUT_MS = 10_000
/** A route that takes less than this share of what it was asked for is not slow. */
const LEAST_SHARE = 0.5

/** One unhappy answer of the self-test. */
export interface SelfTestProblem {
  /** Whether no answer came at all, which may change by itself; an answer that does not fit will not. */
  readonly unreachable: boolean
  readonly sentence: string
}

/** What a self-test found. */
export interface SelfTestResult {
  /** Each of these would be counted as failures of the rollout later. */
  readonly problems: readonly SelfTestProblem[]
  /**
   * Lanes whose route answers at once though it is to take its time: nothing would be in flight in them at a
   * signal.
   */
  readonly leftOut: readonly LeftOutLane[]
}

/** One trial of a load, for all lanes that ask its route. */
interface Try {
  readonly trial: LaneTrial
  readonly lanes: readonly LaneDefinition[]
  readonly options: LoadOptions
}

/** Sends one request of each trial to a target. */
export async function selfTest(options: LoadOptions, target: Target): Promise<SelfTestResult> {
  const trials = Map.groupBy(options.lanes.map(laneNamed), ({ trial }) => trial)
  const results = await Promise.all(
    [...trials].map(([trial, lanes]) => tryOnce({ trial, lanes, options }, target)),
  )
  return {
    problems: results.flatMap(({ problems }) => problems),
    leftOut: results.flatMap(({ leftOut }) => leftOut),
  }
}

async function tryOnce(one: Try, target: Target): Promise<SelfTestResult> {
  const { trial, lanes, options } = one
  const lane = lanes[0]?.name ?? ''
  const askedMs = trial.askedMs(options)
  const sample = await trial.send({
    lane,
    id: `self-test-${lane}`,
    method: trial.method,
    scheduledAt: readClocks(),
    path: trial.path(options),
    hostHeader: options.hostHeader,
    timeoutMs: TIMEOUT_MS + askedMs,
    checkEcho: options.checkEcho,
    pickTarget: () => target,
  })
  if (!sample.ok) return { problems: [describeProblem(one, sample)], leftOut: [] }
  if (tookMs(sample) >= LEAST_SHARE * askedMs) return { problems: [], leftOut: [] }
  const took = `answered in ${tookMs(sample).toFixed(1)} ms, wanted about ${askedMs} ms`
  const reason = `${trial.method} ${trial.path(options)} ${took}; ${trial.remedy}`
  return { problems: [], leftOut: lanes.map(({ name }) => ({ lane: name, reason })) }
}

function tookMs({ endMs, connectMs }: Sample): number {
  return endMs - (connectMs ?? 0)
}

/**
 * Refuses a load that could not begin.
 * @throws LastcallError `LASTCALL_SELF_TEST` when an answer was wrong, or when no lane is left
 */
export function refuseSelfTest(
  { lanes }: LoadOptions,
  sentences: readonly string[],
  leftOut: readonly LeftOutLane[],
): void {
  const problems =
    leftOut.length < lanes.length ? sentences : [...sentences, ...leftOut.map(({ reason }) => reason)]
  if (problems.length > 0) throw new LastcallError('LASTCALL_SELF_TEST', [...new Set(problems)])
}

function describeProblem(one: Try, sample: Sample): SelfTestProblem {
  const { trial, options } = one
  const what = [trial.method, trial.path(options), trial.where?.(sample) ?? ''].filter(Boolean).join(' ')
  const got = sample.error?.message ?? ''
  const remedy = remedyFor(one, sample)
  if (sample.status !== undefined) return { unreachable: false, sentence: `${what} ${got}; ${remedy}` }
  const nothing = `${what} got no answer: ${sample.error?.code} ${got}`
  // A port of the lane's own is there or not, whether the application runs or not.
  return { unreachable: true, sentence: trial.where ? `${nothing}; ${remedy}` : nothing }
}

function remedyFor({ trial, lanes, options }: Try, { error }: Sample): string {
  if (error?.code === 'WRONG_ECHO') {
    return 'pass --no-echo-check when this route does not answer with the id that it was sent'
  }
  const tried: readonly LaneName[] = lanes.map(({ name }) => name)
  const left = options.lanes.filter((name) => !tried.includes(name))
  const essential = lanes.some((lane) => lane.essential)
  return essential || left.length === 0
    ? trial.remedy
    : `${trial.remedy}, or leave the lane out with --lanes ${left.join(',')}`
}
