import { LastcallError } from '../core/errors.ts'
import { type LaneChanges, mergeChanges, noChanges } from './lane-changes.ts'
import type { LaneDefinition } from './lane-definition.ts'
import { trialOf } from './lane-request.ts'
import { laneNamed } from './lanes/index.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneName, Sample, Target } from './sample.ts'
import { isSame, sendTry, together, type Try, tryOf } from './self-test-try.ts'
import { isCertificateError } from './tls.ts'

/** A route that takes less than this share of what it was asked for is not slow. */
const LEAST_SHARE = 0.5

const NOT_IMPLEMENTED = 501
const ECHO_REMEDY =
  'pass --path, --method and --body when this route does not answer with the id that it was sent'

const CERTIFICATE_REMEDY = 'pass --ca with the certificate of its authority, or --insecure to take any'

/** One unhappy answer of the self-test. */
export interface SelfTestProblem {
  /** Whether no answer came at all, which may change by itself; an answer that does not fit will not. */
  readonly unreachable: boolean
  readonly sentence: string
}

/** What a self-test found: lanes that change because of it, and what cannot be sent at all. */
export interface SelfTestResult extends LaneChanges {
  /** Each of these would be counted as failures of the rollout later. */
  readonly problems: readonly SelfTestProblem[]
}

/** Sends a request, once for all lanes that share it. */
type Ask = (one: Try) => Promise<Sample>

const fine: SelfTestResult = { ...noChanges, problems: [] }

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
  const tries = options.lanes.map((name) => {
    const lane = laneNamed(name)
    return tryOf(trialOf(lane, options), lane, options)
  })
  const results = await Promise.all(together(tries).map((one) => judge(one, ask)))
  return {
    problems: results.flatMap(({ problems }) => problems),
    leftOut: results.flatMap(({ leftOut }) => leftOut),
    fellBack: results.flatMap(({ fellBack }) => fellBack),
  }
}

async function judge(one: Try, ask: Ask): Promise<SelfTestResult> {
  const { trial, lanes, options } = one
  const sample = await ask(one)
  if (sample.ok) {
    const askedMs = trial.askedMs(options)
    if (tookMs(sample) >= LEAST_SHARE * askedMs) return fine
    const took = `answered in ${tookMs(sample).toFixed(1)} ms, wanted about ${askedMs} ms`
    const reason = `${one.request.method} ${one.request.path} ${took}; ${trial.remedy}`
    return { ...fine, leftOut: lanes.map(({ name }) => ({ lane: name, reason })) }
  }
  const free = isMissing(sample) ? lanes.filter((lane) => mayChange(lane, options)) : []
  const changes = await Promise.all(
    free.map((lane) => changeOf(lane, describe(one, sample), { options, ask })),
  )
  return { ...mergeChanges(changes), problems: free.length < lanes.length ? [problemOf(one, sample)] : [] }
}

/** Whether the route is not there, or is another one. An error of the server's own (5xx) is not that. */
function isMissing(sample: Sample): boolean {
  const { status = 0 } = sample
  return status === NOT_IMPLEMENTED || (status >= 300 && status < 500) || isWrongEcho(sample)
}

/** A lane that the user named, or that a run cannot do without, is as it is. */
function mayChange({ name, essential }: LaneDefinition, { unasked }: LoadOptions): boolean {
  return !essential && unasked.includes(name)
}

async function changeOf(
  lane: LaneDefinition,
  reason: string,
  { options, ask }: { readonly options: LoadOptions; readonly ask: Ask },
): Promise<LaneChanges> {
  const change = { lane: lane.name, reason }
  const fallback = lane.fallback && tryOf(lane.fallback, lane, options)
  if (!fallback || !(await ask(fallback)).ok) return { ...noChanges, leftOut: [change] }
  const instead = fallback.request
  return { ...noChanges, fellBack: [{ ...change, instead }] }
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
  { leftOut }: LaneChanges,
): void {
  const problems =
    leftOut.length < lanes.length ? sentences : [...sentences, ...leftOut.map(({ reason }) => reason)]
  if (problems.length > 0) throw new LastcallError('LASTCALL_SELF_TEST', [...new Set(problems)])
}

function problemOf(one: Try, sample: Sample): SelfTestProblem {
  const { code = '', message = '' } = sample.error ?? {}
  if (isCertificateError(code)) {
    // Behind the semicolon is advice of Node's, for programs that it runs.
    const why = `${code}: ${message.split(';', 1)[0]}`
    const sentence = `the certificate of ${one.headers['host']} is not accepted (${why}); ${CERTIFICATE_REMEDY}`
    return { unreachable: false, sentence }
  }
  const unreachable = sample.status === undefined
  // A port of the lane's own is there or not, whether the application runs or not.
  const helps = !unreachable || one.trial.where !== undefined
  const sentence = helps ? describe(one, sample) + orWithout(one, sample) : describeAnswer(one, sample)
  return { unreachable, sentence }
}

/** What the route did, and what to do about it. */
function describe(one: Try, sample: Sample): string {
  const remedy = isWrongEcho(sample) ? ECHO_REMEDY : one.trial.remedy
  return `${describeAnswer(one, sample)}; ${remedy}`
}

function describeAnswer({ trial, request }: Try, sample: Sample): string {
  const what = [request.method, request.path, trial.where?.(sample) ?? ''].filter(Boolean).join(' ')
  const got = sample.error?.message ?? ''
  return sample.status === undefined
    ? `${what} got no answer: ${sample.error?.code} ${got}`
    : `${what} ${got}`
}

/** The advice to leave these lanes out, where others are left and the run proves something without these. */
function orWithout({ lanes, options }: Try, sample: Sample): string {
  const tried: readonly LaneName[] = lanes.map(({ name }) => name)
  const left = options.lanes.filter((name) => !tried.includes(name))
  const needless = isWrongEcho(sample) || lanes.some((lane) => lane.essential) || left.length === 0
  return needless ? '' : `, or leave the lane out with --lanes ${left.join(',')}`
}

function isWrongEcho({ error }: Sample): boolean {
  return error?.code === 'WRONG_ECHO'
}
