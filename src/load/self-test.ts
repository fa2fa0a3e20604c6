import { createHashCheck } from './body-check.ts'
import { DialAgent } from './dial-agent.ts'
import { type LoadOptions, slowPathFor, streamPathFor } from './load-options.ts'
import { sendRequest } from './request.ts'
import { type LaneName, readClocks, type Sample, type Target } from './sample.ts'

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
  const agent = new DialAgent(() => target, false)
  try {
    const samples = await Promise.all(onePerRoute(options.lanes).map((lane) => sendOne(lane, options, agent)))
    return samples.filter((sample) => !sample.ok).map((sample) => describeProblem(sample, options))
  } finally {
    agent.destroy()
  }
}

// Keep-alive and think time use the same route: one message about it is enough.
function onePerRoute(lanes: readonly LaneName[]): readonly LaneName[] {
  return lanes.filter((lane) => lane !== 'think-time' || !lanes.includes('keep-alive'))
}

function sendOne(lane: LaneName, options: LoadOptions, agent: DialAgent): Promise<Sample> {
  const post = lane === 'keep-alive' || lane === 'think-time'
  const id = `self-test-${lane}`
  return sendRequest({
    lane,
    id,
    method: post ? 'POST' : 'GET',
    path: pathOf(lane, options),
    hostHeader: options.hostHeader,
    ...(post && { body: JSON.stringify({ id }) }),
    checkEcho: post && options.checkEcho,
    ...(lane === 'stream' && { bodyCheck: createHashCheck() }),
    timeoutMs: lane === 'slow' ? SELF_TEST_TIMEOUT_MS + options.slowMs : SELF_TEST_TIMEOUT_MS,
    agent,
    scheduledAt: readClocks(),
  })
}

function pathOf(lane: LaneName, options: LoadOptions): string {
  if (lane === 'new-connections') return options.getPath
  if (lane === 'stream') return streamPathFor(options, SELF_TEST_SLOW_MS)
  return lane === 'slow' ? slowPathFor(options, SELF_TEST_SLOW_MS) : options.postPath
}

function describeProblem(sample: Sample, options: LoadOptions): SelfTestProblem {
  const what = `${sample.method} ${pathOf(sample.lane, options)}`
  const got = sample.error?.message ?? ''
  if (sample.status === undefined) {
    return { unreachable: true, sentence: `${what} got no answer: ${sample.error?.code} ${got}` }
  }
  return { unreachable: false, sentence: `${what} ${got}; ${mendFor(sample, options)}` }
}

function mendFor(sample: Sample, options: LoadOptions): string {
  const others = (dropped: readonly LaneName[]): string => {
    const left = options.lanes.filter((lane) => !dropped.includes(lane))
    return left.length > 0 ? `, or leave the lane out with --lanes ${left.join(',')}` : ''
  }
  if (sample.error?.code === 'WRONG_ECHO') {
    return 'pass --no-echo-check when this route does not answer with the id that it was sent'
  }
  if (sample.lane === 'new-connections') {
    return 'pass --get-path with a path that answers 200'
  }
  if (sample.lane === 'slow') {
    return `pass --slow-path with a GET route that takes a while ({ms} stands for the time)${others(['slow'])}`
  }
  if (sample.lane === 'stream') {
    return `pass --stream-path with a GET route whose last line is the SHA-256 of the rest ({chunks} stands for the length)${others(['stream'])}`
  }
  return `pass --post-path with a route that takes a POST of JSON${others(['keep-alive', 'think-time'])}`
}
