import { createHashCheck } from './body-check.ts'
import { DialAgent } from './dial-agent.ts'
import { Http2Client } from './http2-client.ts'
import { type LoadOptions, slowPathFor, streamPathFor } from './load-options.ts'
import { sendRequest } from './request.ts'
import { mendFor } from './self-test-mends.ts'
import { type LaneName, readClocks, type Sample, type Target } from './sample.ts'
import { EventSubscriber, type SubscriberPorts, type Subscription } from './sse/subscriber.ts'
import type { RequestIdentity } from './trace.ts'
import { WebSocketClient } from './websocket/client.ts'

/** Enough to see that the route exists, without waiting for it. */
const SELF_TEST_SLOW_MS = 20
const SELF_TEST_TIMEOUT_MS = 10_000

/** One unhappy answer of the self-test. */
export interface SelfTestProblem {
  /** Whether no answer came at all, which may mend itself; an answer that does not fit will not. */
  readonly unreachable: boolean
  readonly sentence: string
}

/** Sends one request of each lane to a target. What comes back wrong here would be counted as failures of the rollout later. */
export async function selfTest(options: LoadOptions, target: Target): Promise<readonly SelfTestProblem[]> {
  const samples = await Promise.all(onePerRoute(options.lanes).map((lane) => sendOne(lane, options, target)))
  return samples.filter((sample) => !sample.ok).map((sample) => describeProblem(sample, options))
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
  const timeoutMs = SELF_TEST_TIMEOUT_MS + (lane === 'slow' ? options.slowMs : 0)
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
  if (lane === 'stream') return streamPathFor(options, SELF_TEST_SLOW_MS)
  if (lane === 'sse') return options.eventsPath
  if (lane === 'websocket') return options.websocketPath
  return lane === 'slow' ? slowPathFor(options, SELF_TEST_SLOW_MS) : options.postPath
}

function describeProblem(sample: Sample, options: LoadOptions): SelfTestProblem {
  const over = sample.lane === 'http2' ? ` over HTTP/2 on port ${sample.remotePort}` : ''
  const what = `${sample.method} ${pathOf(sample.lane, options)}${over}`
  const got = sample.error?.message ?? ''
  const mend = mendFor(sample, options)
  if (sample.status !== undefined) return { unreachable: false, sentence: `${what} ${got}; ${mend}` }
  const nothing = `${what} got no answer: ${sample.error?.code} ${got}`
  return { unreachable: true, sentence: sample.lane === 'http2' ? `${nothing}; ${mend}` : nothing }
}
