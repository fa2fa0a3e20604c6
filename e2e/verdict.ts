import { generatorDoubts } from '../src/load/generator-doubts.ts'
import { HTTP2_CLIENTS } from '../src/load/lanes/http2/http2.ts'
import { LONG_PAUSE_CLIENTS } from '../src/load/lanes/think-time/think-time.ts'
import { WEBSOCKET_CLIENTS } from '../src/load/lanes/websocket/websocket.ts'
import type { LaneDocument } from '../src/load/load-document.ts'
import type { LaneName } from '../src/load/sample.ts'
import type { PodRecord } from '../src/rollout/pod-record.ts'
import { smallestOutageMs, WANTED_OUTAGE_MS } from '../src/rollout/power.ts'
import type { RolloutDocument } from '../src/rollout/run-document.ts'
import type { Outcome } from './scenario.ts'

/** What stands against a run. Doubts alone make it inconclusive: the load generator did not do its work. */
export interface Judgement {
  readonly problems: readonly string[]
  readonly doubts: readonly string[]
}

/** One thing that has to hold; the sentence when it does not. */
type Rule = (outcome: Outcome) => string | undefined

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

const noSilentLane: Rule = ({ run }) => {
  const silent = run.load.lanes.filter(({ requests }) => requests === 0).map(({ lane }) => lane)
  return silent.length === 0 ? undefined : `lanes without a request: ${silent.join(', ')}`
}

const enoughPods: Rule = ({ run, scenario }) => {
  const least = scenario.leastReplaced ?? scenario.replicas * scenario.restarts
  const { length } = replacedIn(run)
  return length >= least ? undefined : `${length} pods were replaced, wanted at least ${least}`
}

const rules: readonly Rule[] = [
  ({ run, scenario }) => {
    const missing = scenario.lanes.filter((name) => !run.load.lanes.some(({ lane }) => lane === name))
    const why = run.load.leftOut.map(({ reason }) => ` (${reason})`).join('')
    return missing.length === 0 ? undefined : `lanes that did not run: ${missing.join(', ')}${why}`
  },
  ({ run }) => {
    const changed = run.load.fellBack.map(({ lane, reason }) => `${lane} (${reason})`)
    return changed.length === 0 ? undefined : `lanes that sent something else: ${changed.join(', ')}`
  },
  noSilentLane,
  ({ run, scenario }) =>
    run.load.requests >= scenario.leastRequests
      ? undefined
      : `${run.load.requests} requests, wanted at least ${scenario.leastRequests}`,
  enoughPods,
  ({ run }) =>
    replacedIn(run).some(({ report }) => report?.events.some(({ inFlight }) => inFlight > 0))
      ? undefined
      : 'nothing was in flight in any shutdown, say the reports',
  ...budgets.map(([countOf, connections, what]): Rule => ({ run }) => {
    const seen = run.load.lanes.reduce((sum, lane) => sum + countOf(lane), 0)
    const most = replacedIn(run).length * connections
    return seen <= most
      ? undefined
      : `${seen} ${what}, at most ${most} may be: one for each of ${connections} connections when a pod goes away`
  }),
]

/** Pods that were deleted, in the order in which they were seen. */
export function replacedIn({ pods }: Pick<RolloutDocument, 'pods'>): readonly PodRecord[] {
  return pods.filter(({ deletedAt }) => deletedAt !== undefined)
}

/** Judges a run that must not lose anything. */
export function judgeZeroLoss(outcome: Outcome): Judgement {
  const { problems, doubts } = judgeSpared(outcome)
  return { problems, doubts: [...blindDoubts([outcome.run]), ...doubts] }
}

/** The same for a run of one restart; {@link blindDoubts} of all of these are told together. */
export function judgeSpared(outcome: Outcome): Judgement {
  return {
    problems: [
      ...failuresOf(outcome),
      ...rules.flatMap((rule) => rule(outcome) ?? []),
      ...brokenByPods(outcome),
    ],
    doubts: loadDoubts(outcome),
  }
}

/** What the run itself says against it. */
function failuresOf({ run: { verdict, interruptedBy } }: Outcome): readonly string[] {
  if (interruptedBy !== undefined) return [`the run was interrupted: ${interruptedBy}`]
  return verdict.outcome === 'fail' ? verdict.reasons : []
}

/** Pods that went away without a report, or without the flip that it has to tell of. */
function brokenByPods({ run }: Outcome): readonly string[] {
  return replacedIn(run).flatMap(({ name, report, message }) => {
    if (report) {
      const flipped = report.events.some(({ event }) => event === 'readinessFailed')
      return flipped ? [] : [`${name}: readiness did not flip, says its report`]
    }
    const instead = message === undefined ? '' : `, but ${JSON.stringify(message.slice(0, 200))}`
    return [`${name}: no report in its termination message${instead}`]
  })
}

/** What these runs did not see, because the load generator stalled in most of their restarts. */
export function blindDoubts(runs: readonly RolloutDocument[]): readonly string[] {
  const restarts = runs.reduce((sum, run) => sum + run.restarts, 0)
  const blind = runs.reduce((sum, run) => sum + run.verdict.unwatchedRestarts, 0)
  if (blind * 2 <= restarts) return []
  return [
    `the load generator stalled for ${WANTED_OUTAGE_MS} ms or longer in ${blind} of ${restarts} restarts, ` +
      'at most half of them may be so: it would have missed an outage; use a quieter machine or a lower --rate',
  ]
}

/** What the load generator did not send. */
function loadDoubts({ run, scenario }: Outcome): readonly string[] {
  // During a surge there is one endpoint more than there are replicas. What was not sent at this rate is a
  // doubt of its own.
  const outageMs = smallestOutageMs(scenario.rate, scenario.replicas + 1)
  const seen = `${Math.ceil(outageMs)} ms`
  const weak = `too few new connections: an outage shorter than ${seen} could have been missed; raise --rate`
  return [
    ...(outageMs > WANTED_OUTAGE_MS ? [weak] : []),
    ...generatorDoubts(run.load, {
      windowMs: WANTED_OUTAGE_MS,
      beganAtMs: run.phases[0]?.startedAt.wallMs ?? 0,
      covers: () => false,
    }),
  ]
}

/**
 * The control run has to lose requests in each of these groups of lanes, or the protected run proves nothing
 * about them.
 */
export function judgeControl({ run }: Outcome, groups: readonly (readonly LaneName[])[]): Judgement {
  const problems = groups.flatMap((group) => {
    const lanes = run.load.lanes.filter(({ lane }) => group.includes(lane))
    const lost = lanes.reduce((sum, lane) => sum + lane.failed + lane.raced, 0)
    return lost > 0
      ? []
      : [`the control run lost nothing in ${group.join(', ')}: this test cannot see lost requests`]
  })
  return { problems, doubts: [] }
}

/** A fault that was made on purpose: the run has to say this about it. */
export function judgeFault(outcome: Outcome, sentence: RegExp): Judgement {
  const sentences = [...judgeSpared(outcome).problems, ...outcome.run.verdict.notes]
  if (sentences.some((one) => sentence.test(one))) return { problems: [], doubts: [] }
  const said = sentences.length === 0 ? 'nothing' : sentences.join('; ')
  return { problems: [`the fault was not seen: wanted ${sentence}, the run says ${said}`], doubts: [] }
}

/** A server that is not ours: its flags allow lost requests but of new connections, and it has no reports. */
export function judgeForeign(outcome: Outcome): Judgement {
  const problems = [enoughPods, noSilentLane].flatMap((rule) => rule(outcome) ?? [])
  return { problems: [...failuresOf(outcome), ...problems], doubts: loadDoubts(outcome) }
}

/** No pod goes away; the program in it is replaced. */
export function judgeInPlace(outcome: Outcome): Judgement {
  return {
    problems: [...failuresOf(outcome), ...[noSilentLane].flatMap((rule) => rule(outcome) ?? [])],
    doubts: loadDoubts(outcome),
  }
}

/** Workers of a queue: every job was done in time, and every pod says how it ended. */
export function judgeWorkers(outcome: Outcome): Judgement {
  const { verdict } = outcome.run
  const problems = [enoughPods, noSilentLane].flatMap((rule) => rule(outcome) ?? [])
  return {
    problems: [...failuresOf(outcome), ...problems, ...brokenByPods(outcome)],
    doubts: verdict.outcome === 'inconclusive' ? verdict.reasons : [],
  }
}
