import { LastcallError } from '../core/errors.ts'
import { type LaneChanges, mergeChanges, noChanges } from './lane-changes.ts'
import type { LaneDefinition, LaneTrial } from './lane-definition.ts'
import { trialOf } from './lane-request.ts'
import { laneNamed } from './lanes/index.ts'
import type { LoadOptions } from './load-options.ts'
import type { Sample, Target } from './sample.ts'
import { tryOperations, withoutOperations } from './self-test-operations.ts'
import { isSame, sendTry, together, triesOf, type Tried, type Try } from './self-test-try.ts'
import { describe, isWrongEcho, problemOf, type SelfTestProblem } from './self-test-words.ts'

/** A route is not slow if it takes less than this share of the requested time. */
const LEAST_SHARE = 0.5

const NOT_IMPLEMENTED = 501

/** The result of a self-test: the changed lanes, and the requests that cannot be sent. */
export interface SelfTestResult extends LaneChanges {
  /** Each of these would later count as failures of the rollout. */
  readonly problems: readonly SelfTestProblem[]
}

/** Sends a request once for all lanes that share it. */
type Ask = (one: Try) => Promise<Sample>

/** The judgement of a try. */
interface Judged extends LaneChanges {
  /** Why the load cannot be sent; absent if it can. */
  readonly broken?: Tried
}

/** Sends one request of each trial to a target. */
export async function selfTest(options: LoadOptions, target: Target): Promise<SelfTestResult> {
  const sent: { readonly one: Try; readonly sample: Promise<Sample> }[] = []
  const ask: Ask = (one) => {
    const known = sent.find((other) => isSame(other.one, one))
    if (known) return known.sample
    const sample = sendTry(one, target)
    sent.push({ one, sample })
    return sample
  }
  const tries = options.lanes.map(laneNamed).flatMap((lane) => triesOf(trialOf(lane, options), lane, options))
  // A document may have hundreds of operations, so they are not all sent at once.
  const isOperation = ({ request }: Try): boolean => request.operation !== undefined
  const [operations, results] = await Promise.all([
    tryOperations(together(tries.filter(isOperation)), ask),
    Promise.all(together(tries.filter((one) => !isOperation(one))).map((one) => judge(one, ask))),
  ])
  const broken = results.flatMap((result) => result.broken ?? [])
  const lanes = broken.flatMap(({ one }) => one.lanes.map(({ name }) => name))
  return {
    ...mergeChanges([...results, operations.changes]),
    problems: [...broken.map((tried) => problemOf(tried, lanes)), ...operations.problems],
  }
}

async function judge(one: Try, ask: Ask): Promise<Judged> {
  const { trial, lanes, options } = one
  const sample = await ask(one)
  if (sample.ok) {
    const askedMs = trial.askedMs(options)
    if (tookMs(trial, sample) >= LEAST_SHARE * askedMs) return noChanges
    const how = trial.bytesPerSecond === undefined ? 'answered' : `has ${sample.bytes} bytes, which are read`
    const took = `${how} in ${tookMs(trial, sample).toFixed(1)} ms, wanted about ${askedMs} ms`
    const reason = `${one.request.method} ${one.request.path} ${took}; ${trial.remedy}`
    return { ...noChanges, leftOut: lanes.map(({ name }) => ({ lane: name, reason })) }
  }
  const free = isMissing(sample) ? lanes.filter((lane) => mayChange(lane, options)) : []
  const changes = await Promise.all(
    free.map((lane) => changeOf(lane, describe(one, sample), { options, ask })),
  )
  return { ...mergeChanges(changes), ...(free.length < lanes.length && { broken: { one, sample } }) }
}

/** Whether the route is missing or another one. A server error (5xx) is neither. */
function isMissing(sample: Sample): boolean {
  const { status = 0 } = sample
  return status === NOT_IMPLEMENTED || (status >= 300 && status < 500) || isWrongEcho(sample)
}

/** Whether the self-test may change a lane: the user did not name it, and a run can do without it. */
function mayChange({ name, essential }: LaneDefinition, { unasked }: LoadOptions): boolean {
  return !essential && unasked.includes(name)
}

async function changeOf(
  lane: LaneDefinition,
  reason: string,
  { options, ask }: { readonly options: LoadOptions; readonly ask: Ask },
): Promise<LaneChanges> {
  const change = { lane: lane.name, reason }
  const [fallback] = lane.fallback ? triesOf(lane.fallback, lane, options) : []
  if (!fallback || !(await ask(fallback)).ok) return { ...noChanges, leftOut: [change] }
  const instead = fallback.request
  return { ...noChanges, fellBack: [{ ...change, instead }] }
}

function tookMs({ bytesPerSecond }: LaneTrial, { endMs, connectMs, bytes }: Sample): number {
  return bytesPerSecond === undefined ? endMs - (connectMs ?? 0) : (bytes * 1_000) / bytesPerSecond
}

/**
 * Rejects a load that cannot begin.
 * @throws LastcallError `LASTCALL_SELF_TEST` when an answer was wrong, or when no lane or no operation is
 * left
 */
export function refuseSelfTest(
  options: LoadOptions,
  sentences: readonly string[],
  changes: LaneChanges,
): void {
  const { leftOut } = changes
  const noLane = leftOut.length < options.lanes.length ? [] : leftOut.map(({ reason }) => reason)
  const problems = [...sentences, ...noLane, ...withoutOperations(options, changes)]
  if (problems.length > 0) throw new LastcallError('LASTCALL_SELF_TEST', [...new Set(problems)])
}
