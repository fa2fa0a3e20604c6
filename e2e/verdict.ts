import { type Outcome, replicas } from './scenario.ts'

/** Requests per second of each paced lane (new connections, keep-alive, WebSocket, HTTP/2). */
export const defaultRate = 210

/** A restart of three pods takes some 25 s with the chart's defaults, and this is three quarters of what is sent in it: 200,000 in 11 restarts. */
const leastPerRestart = 18_200

/** How many requests a run has to have sent at this rate. */
export function leastRequestsIn(restarts: number, rate: number): number {
  return Math.floor((leastPerRestart * restarts * rate) / defaultRate)
}

/** Everything that is wrong with a run that must not lose anything; empty when it passed. */
export function judgeZeroLoss(outcome: Outcome): readonly string[] {
  const { load, replaced, scenario } = outcome
  const leastReplaced = replicas * scenario.restarts
  const own = load.lanes.reduce((sum, lane) => sum + lane.own, 0)
  const flipped = replaced.filter((pod) => pod.readyzFailed).length
  const silent = load.lanes.filter((lane) => lane.requests === 0).map((lane) => lane.lane)
  const problems: [boolean, string][] = [
    [load.failed === 0, `${load.failed} requests failed`],
    [own === 0, `${own} requests failed by the load generator's own fault`],
    [
      load.lanes.length === scenario.lanes.length && silent.length === 0,
      `lanes without a request: ${silent.join(', ') || 'some are missing'}`,
    ],
    [
      load.requests >= scenario.leastRequests,
      `${load.requests} requests, wanted at least ${scenario.leastRequests}`,
    ],
    [
      replaced.length >= leastReplaced,
      `${replaced.length} pods were replaced, wanted at least ${leastReplaced}`,
    ],
    // From outside it can be seen for two seconds a pod, hence not of every single one; that is what the reports are asked below.
    [
      flipped * 2 > replaced.length,
      `/readyz answered 503 in ${flipped} of ${replaced.length} terminating pods that were asked`,
    ],
    [
      !scenario.metrics || replaced.some((pod) => pod.maxInFlight > 0),
      'the in-flight metric was never seen above 0',
    ],
    [
      replaced.some((pod) => pod.report?.events.some((event) => event.inFlight > 0)),
      'nothing was in flight in any shutdown, say the reports',
    ],
    [
      outcome.inFlightAfter === 0,
      `the in-flight metric was ${outcome.inFlightAfter} after the load had ended`,
    ],
  ]
  const ofPods = replaced.flatMap((pod) => {
    const last = pod.report?.events.at(-1)
    const wrong: [boolean, string][] = [
      [pod.exitCode === 0, `exit code ${pod.exitCode} (${pod.endedBy})`],
      [pod.report !== undefined, 'no report in its termination message'],
      [
        pod.report?.events.some((event) => event.event === 'readinessFailed') ?? false,
        'readiness did not flip, says its report',
      ],
      [last?.inFlight === 0, `${last?.inFlight} in flight at the end, says its report`],
      [pod.report?.forcedCloses.total === 0, `${pod.report?.forcedCloses.total} cut off, says its report`],
    ]
    return wrong.filter(([fine]) => !fine).map(([, what]) => `${pod.name}: ${what}`)
  })
  return [...problems.filter(([fine]) => !fine).map(([, what]) => what), ...ofPods]
}

/** The control run has to lose requests, or the protected run proves nothing. */
export function judgeControl(outcome: Outcome): readonly string[] {
  return outcome.load.failed > 0 ? [] : ['the control run lost nothing: this test cannot see lost requests']
}
