import { generatorDoubts } from '../src/load/generator-doubts.ts'
import { HTTP2_CLIENTS } from '../src/load/lanes/http2/http2.ts'
import { LONG_PAUSE_CLIENTS } from '../src/load/lanes/think-time/think-time.ts'
import { WEBSOCKET_CLIENTS } from '../src/load/lanes/websocket/websocket.ts'
import type { LaneDocument } from '../src/load/load-document.ts'
import type { LaneName } from '../src/load/sample.ts'
import { smallestOutageMs, WANTED_OUTAGE_MS } from '../src/rollout/power.ts'
import { countBlindRestarts } from './blind-restarts.ts'
import type { PodRecord } from './pod-record.ts'
import { type Outcome, replicas } from './scenario.ts'
import type { Download } from './throttled-client.ts'

/** What stands against a run. Doubts alone make it inconclusive: the load generator did not do its work. */
export interface Judgement {
  readonly problems: readonly string[]
  readonly doubts: readonly string[]
}

/** One thing that has to hold; the sentence when it does not. */
type Rule<Subject> = (subject: Subject) => string | undefined

/** Requests per second of each paced lane (new connections, keep-alive, WebSocket, HTTP/2). */
export const defaultRate = 210

/** Three quarters of what is sent in a restart of three pods (25 s by the chart's defaults). */
const leastPerRestart = 18_200

/** How many requests a run has to have sent at this rate. */
export function leastRequestsIn(restarts: number, rate: number): number {
  return Math.floor((leastPerRestart * restarts * rate) / defaultRate)
}

/** What the end of a pod may cost each connection of a lane: one second try, or one unpreventable close. */
const budgets: readonly (readonly [(lane: LaneDocument) => number, number, string])[] = [
  [({ counts }) => counts['refused'] ?? 0, HTTP2_CLIENTS, 'HTTP/2 streams were refused'],
  [({ counts }) => counts['resent'] ?? 0, WEBSOCKET_CLIENTS, 'WebSocket messages were sent again'],
  [
    ({ raced }) => raced,
    LONG_PAUSE_CLIENTS,
    'requests were lost to the close of a connection that had been idle for too long',
  ],
]

const rules: readonly Rule<Outcome>[] = [
  ({ load }) => (load.failed === 0 ? undefined : `${load.failed} requests failed`),
  ({ load, scenario }) => {
    const missing = scenario.lanes.filter((name) => !load.lanes.some(({ lane }) => lane === name))
    const why = load.leftOut.map(({ reason }) => ` (${reason})`).join('')
    return missing.length === 0 ? undefined : `lanes that did not run: ${missing.join(', ')}${why}`
  },
  ({ load }) => {
    const silent = load.lanes.filter(({ requests }) => requests === 0).map(({ lane }) => lane)
    return silent.length === 0 ? undefined : `lanes without a request: ${silent.join(', ')}`
  },
  ({ load, scenario }) =>
    load.requests >= scenario.leastRequests
      ? undefined
      : `${load.requests} requests, wanted at least ${scenario.leastRequests}`,
  ({ replaced, scenario }) => {
    const least = replicas * scenario.restarts
    return replaced.length >= least
      ? undefined
      : `${replaced.length} pods were replaced, wanted at least ${least}`
  },
  // From outside it can be seen for two seconds a pod, hence not of every single one; that is what the
  // reports are asked below.
  ({ replaced }) => {
    const flipped = replaced.filter((pod) => pod.readyzFailed).length
    return flipped * 2 > replaced.length
      ? undefined
      : `/readyz answered 503 in ${flipped} of ${replaced.length} terminating pods that were asked`
  },
  ({ scenario, replaced }) =>
    !scenario.metrics || replaced.some((pod) => pod.maxInFlight > 0)
      ? undefined
      : 'the in-flight metric was never seen above 0',
  ({ replaced }) =>
    replaced.some((pod) => pod.report?.events.some((event) => event.inFlight > 0))
      ? undefined
      : 'nothing was in flight in any shutdown, say the reports',
  ({ inFlightAfter }) =>
    inFlightAfter === 0 ? undefined : `the in-flight metric was ${inFlightAfter} after the load had ended`,
  ...budgets.map(([countOf, connections, what]): Rule<Outcome> => ({ load, replaced }) => {
    const seen = load.lanes.reduce((sum, lane) => sum + countOf(lane), 0)
    const most = replaced.length * connections
    return seen <= most
      ? undefined
      : `${seen} ${what}, at most ${most} may be: one for each of ${connections} connections when a pod goes away`
  }),
]

/** Of every pod that was there, replaced or not. */
const podRules: readonly Rule<PodRecord>[] = [
  ({ restarts }) => (restarts === 0 ? undefined : `its container was restarted ${restarts} times`),
]

const replacedPodRules: readonly Rule<PodRecord>[] = [
  ({ exitCode, endedBy }) => (exitCode === 0 ? undefined : `exit code ${exitCode} (${endedBy})`),
  ({ report, message }) => {
    if (report) return undefined
    return message === undefined
      ? 'no report in its termination message'
      : `its termination message is no report: ${JSON.stringify(message.slice(0, 200))}`
  },
  ({ report }) =>
    !report || report.events.some((event) => event.event === 'readinessFailed')
      ? undefined
      : 'readiness did not flip, says its report',
  ({ report }) => {
    const last = report?.events.at(-1)?.inFlight
    return !report || last === 0 ? undefined : `${last} in flight at the end, says its report`
  },
  ({ report }) =>
    !report || report.forcedCloses.total === 0
      ? undefined
      : `${report.forcedCloses.total} force-closed, says its report`,
]

/** Judges a run that must not lose anything. */
export function judgeZeroLoss(outcome: Outcome): Judgement {
  return {
    problems: [
      ...broken(rules, outcome),
      ...outcome.pods.flatMap((pod) => ofPod(pod, podRules)),
      ...outcome.replaced.flatMap((pod) => ofPod(pod, replacedPodRules)),
    ],
    doubts: doubtsOn(outcome),
  }
}

function broken<Subject>(all: readonly Rule<Subject>[], subject: Subject): readonly string[] {
  return all.flatMap((rule) => rule(subject) ?? [])
}

function ofPod(pod: PodRecord, all: readonly Rule<PodRecord>[]): readonly string[] {
  return broken(all, pod).map((what) => `${pod.name}: ${what}`)
}

/** What the load generator did not see or did not send while pods went away. */
function doubtsOn(outcome: Outcome): readonly string[] {
  const { load, scenario, beganAt, restartedAt } = outcome
  // During a surge there is one endpoint more than there are replicas. What was not sent at this rate is a
  // doubt of its own.
  const outageMs = smallestOutageMs(scenario.rate, replicas + 1)
  const weak = `too few new connections: an outage shorter than ${Math.ceil(outageMs)} ms could have been missed; raise --rate`
  const blind = countBlindRestarts(outcome)
  const stalled =
    `the load generator stalled for ${WANTED_OUTAGE_MS} ms or longer in ${blind} of ${restartedAt.length} restarts, at most half ` +
    `of them may be so: it would have missed an outage; use a quieter machine or a lower --rate`
  return [
    ...(outageMs > WANTED_OUTAGE_MS ? [weak] : []),
    ...(blind * 2 > restartedAt.length ? [stalled] : []),
    ...generatorDoubts(load, { windowMs: WANTED_OUTAGE_MS, beganAtMs: beganAt, covers: () => false }),
  ]
}

/**
 * Judges a run with slow readers: every answer has to be whole, and some have to have been read on while
 * their pod drained.
 */
export function judgeTails(outcome: Outcome): Judgement {
  const { downloads, load, pods, replaced, scenario } = outcome
  const broke = downloads.filter(({ end }) => end !== 'whole')
  const inDrain = downloads.filter((download) => spansDrain(download, replaced)).length
  return {
    problems: [
      ...(load.failed === 0 ? [] : [`${load.failed} requests failed`]),
      ...(broke.length === 0 ? [] : [`${broke.length} of ${downloads.length} slow downloads were not whole`]),
      ...broke.slice(0, SHOWN_DOWNLOADS).map(describeDownload),
      ...(inDrain >= scenario.restarts
        ? []
        : [
            `${inDrain} of ${downloads.length} slow downloads were read while their pod drained, wanted ${scenario.restarts}`,
          ]),
      ...pods.flatMap((pod) => ofPod(pod, podRules)),
      ...replaced.flatMap((pod) => ofPod(pod, replacedPodRules)),
    ],
    doubts: [],
  }
}

const SHOWN_DOWNLOADS = 5

/** Whether the rest of an answer was still on its way when its pod began to drain. */
function spansDrain({ pod: name, fromMs, untilMs }: Download, replaced: readonly PodRecord[]): boolean {
  const report = replaced.find((pod) => pod.name === name)?.report
  const elapsed = report?.events.find(({ event }) => event === 'shutdownDelayElapsed')
  if (!report || !elapsed) return false
  const drainMs = Date.parse(report.startedAt) + elapsed.ms
  return fromMs < drainMs && untilMs > drainMs
}

function describeDownload({ end, pod, bodyBytes, wantedBytes, why }: Download): string {
  return `a slow download from ${pod ?? 'no pod'} was ${end}: ${bodyBytes} of ${wantedBytes ?? '?'} bytes, ${why}`
}

/**
 * The control with slow readers: a server that does not wait has to cut an answer that had begun, or
 * {@link judgeTails} proves nothing.
 */
export function judgeTailControl({ downloads }: Outcome): Judgement {
  const cut = downloads.filter(({ end }) => end === 'cut').length
  const problem = `none of ${downloads.length} slow downloads was cut: this test cannot see a lost tail`
  return { problems: cut > 0 ? [] : [problem], doubts: [] }
}

/**
 * The control run has to lose requests in each of these groups of lanes, or the protected run proves nothing
 * about them.
 */
export function judgeControl({ load }: Outcome, groups: readonly (readonly LaneName[])[]): Judgement {
  const problems = groups.flatMap((group) => {
    const lanes = load.lanes.filter(({ lane }) => group.includes(lane))
    const lost = lanes.reduce((sum, lane) => sum + lane.failed + lane.raced, 0)
    return lost > 0
      ? []
      : [`the control run lost nothing in ${group.join(', ')}: this test cannot see lost requests`]
  })
  return { problems, doubts: [] }
}
