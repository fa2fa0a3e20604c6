import { LastcallError } from '../core/errors.ts'
import { createHashCheck } from './body-check.ts'
import { DialAgent } from './dial-agent.ts'
import { Http2Client } from './http2-client.ts'
import type { LeftOutLane } from './load-record.ts'
import { type LoadOptions, slowPathFor, streamPathFor } from './load-options.ts'
import { sendRequest } from './request.ts'
import { remedyFor, remedyForHaste } from './self-test-remedies.ts'
import { type LaneName, readClocks, type Sample, type Target } from './sample.ts'
import { EventSubscriber, type SubscriberPorts, type Subscription } from './sse/subscriber.ts'
import type { RequestIdentity } from './trace.ts'
import { WebSocketClient } from './websocket/client.ts'

/**
 * Long enough to tell a slow route from one that answers at once, where the path says how long it is to take.
 */
const SELF_TEST_SLOW_MS = 1_000
const SELF_TEST_TIMEOUT_MS = 10_000
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

/** Sends one request of each lane to a target. */
export async function selfTest(options: LoadOptions, target: Target): Promise<SelfTestResult> {
  const samples = await Promise.all(onePerRoute(options.lanes).map((lane) => sendOne(lane, options, target)))
  return {
    problems: samples.filter((sample) => !sample.ok).map((sample) => describeProblem(sample, options)),
    leftOut: samples
      .filter((sample) => sample.ok && tookMs(sample) < LEAST_SHARE * askedMs(sample.lane, options))
      .map((sample) => describeHaste(sample, options)),
  }
}

function tookMs({ endMs, connectMs }: Sample): number {
  return endMs - (connectMs ?? 0)
}

/**
 * How long the self-test wants the route of a lane to take: what its path can say, else all of the lane's
 * time.
 */
function askedMs(lane: LaneName, options: LoadOptions): number {
  const placeholder = lane === 'slow' ? '{ms}' : lane === 'stream' ? '{chunks}' : undefined
  if (placeholder === undefined) return 0
  const path = lane === 'slow' ? options.slowPath : options.streamPath
  return path.includes(placeholder) ? Math.min(SELF_TEST_SLOW_MS, options.slowMs) : options.slowMs
}

function describeHaste(sample: Sample, options: LoadOptions): LeftOutLane {
  const { lane, method } = sample
  const took = `answered in ${tookMs(sample).toFixed(1)} ms, wanted about ${askedMs(lane, options)} ms`
  const reason = `${method} ${pathOf(lane, options)} ${took}; ${remedyForHaste(lane)}`
  return { lane, reason }
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

// Keep-alive and think time use the same route: one message about it is enough.
function onePerRoute(lanes: readonly LaneName[]): readonly LaneName[] {
  return lanes.filter((lane) => lane !== 'think-time' || !lanes.includes('keep-alive'))
}

async function sendOne(lane: LaneName, options: LoadOptions, target: Target): Promise<Sample> {
  const pickTarget = (): Target => target
  const identity: RequestIdentity = {
    lane,
    id: `self-test-${lane}`,
    method: methodOf(lane),
    scheduledAt: readClocks(),
  }
  const { hostHeader, checkEcho } = options
  const timeoutMs = SELF_TEST_TIMEOUT_MS + askedMs(lane, options)
  const request = { ...identity, path: pathOf(lane, options), hostHeader, timeoutMs }
  const body = JSON.stringify({ id: identity.id })
  if (lane === 'http2') {
    const client = new Http2Client(pickTarget)
    return client.send({ ...request, body, checkEcho }).finally(() => client.destroy())
  }
  if (lane === 'websocket') {
    const client = new WebSocketClient(pickTarget, request, () => undefined)
    return client.send(identity).finally(() => client.end())
  }
  if (lane === 'sse') return firstEvent(request, { pickTarget, identify: () => identity })
  const agent = new DialAgent(pickTarget, false)
  const post = identity.method === 'POST'
  return sendRequest({
    ...request,
    agent,
    ...(post && { body }),
    checkEcho: post && checkEcho,
    ...(lane === 'stream' && { bodyCheck: createHashCheck() }),
  }).finally(() => agent.destroy())
}

async function firstEvent(
  subscription: Subscription,
  ports: Omit<SubscriberPorts, 'record'>,
): Promise<Sample> {
  const { promise, resolve } = Promise.withResolvers<Sample>()
  const enough = new AbortController()
  const following = new EventSubscriber(subscription, { ...ports, record: resolve }).run(enough.signal)
  const sample = await promise
  enough.abort()
  await following
  return sample
}

function methodOf(lane: LaneName): 'GET' | 'POST' {
  return lane === 'keep-alive' || lane === 'think-time' || lane === 'http2' ? 'POST' : 'GET'
}

function pathOf(lane: LaneName, options: LoadOptions): string {
  if (lane === 'new-connections') return options.getPath
  if (lane === 'stream') return streamPathFor(options, askedMs(lane, options))
  if (lane === 'sse') return options.eventsPath
  if (lane === 'websocket') return options.websocketPath
  return lane === 'slow' ? slowPathFor(options, askedMs(lane, options)) : options.postPath
}

function describeProblem(sample: Sample, options: LoadOptions): SelfTestProblem {
  const over = sample.lane === 'http2' ? ` over HTTP/2 on port ${sample.remotePort}` : ''
  const what = `${sample.method} ${pathOf(sample.lane, options)}${over}`
  const got = sample.error?.message ?? ''
  const remedy = remedyFor(sample, options)
  if (sample.status !== undefined) return { unreachable: false, sentence: `${what} ${got}; ${remedy}` }
  const nothing = `${what} got no answer: ${sample.error?.code} ${got}`
  return { unreachable: true, sentence: sample.lane === 'http2' ? `${nothing}; ${remedy}` : nothing }
}
