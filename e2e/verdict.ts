import { laneNames } from '../src/load/sample.ts'
import type { Outcome } from './scenario.ts'

/** What the protected run has to have been, besides without a failure. */
const leastRequests = 100_000
const leastReplaced = 20

/** Everything that is wrong with the protected run; empty when it passed. */
export function judgeProtected(outcome: Outcome): readonly string[] {
  const { load, replaced } = outcome
  const own = load.lanes.reduce((sum, lane) => sum + lane.own, 0)
  const flipped = replaced.filter((pod) => pod.readyzFailed).length
  const silent = load.lanes.filter((lane) => lane.requests === 0).map((lane) => lane.lane)
  const problems: [boolean, string][] = [
    [load.failed === 0, `${load.failed} requests failed`],
    [own === 0, `${own} requests failed by the load generator's own fault`],
    [
      load.lanes.length === laneNames.length && silent.length === 0,
      `lanes without a request: ${silent.join(', ') || 'some are missing'}`,
    ],
    [load.requests >= leastRequests, `${load.requests} requests, wanted at least ${leastRequests}`],
    [
      replaced.length >= leastReplaced,
      `${replaced.length} pods were replaced, wanted at least ${leastReplaced}`,
    ],
    // From outside it can be seen for two seconds a pod, hence not of every single one; that is what the reports are asked below.
    [
      flipped * 2 > replaced.length,
      `/readyz answered 503 in ${flipped} of ${replaced.length} terminating pods that were asked`,
    ],
    [replaced.some((pod) => pod.maxInFlight > 0), 'the in-flight metric was never seen above 0'],
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
