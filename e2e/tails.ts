import type { PodRecord } from '../src/rollout/pod-record.ts'
import type { Outcome } from './scenario.ts'
import type { Download } from './throttled-client.ts'
import { brokenByPods, failuresOf, type Judgement, replacedIn } from './verdict.ts'

/**
 * Judges a run with slow readers: every answer has to be whole, and some have to have been read on while
 * their pod drained.
 */
export function judgeTails(outcome: Outcome): Judgement {
  const { downloads, run, scenario } = outcome
  const broke = downloads.filter(({ end }) => end !== 'whole')
  const inDrain = downloads.filter((download) => spansDrain(download, replacedIn(run))).length
  const seen = `${inDrain} of ${downloads.length} slow downloads were read while their pod drained`
  return {
    problems: [
      ...failuresOf(outcome),
      ...(broke.length === 0 ? [] : [`${broke.length} of ${downloads.length} slow downloads were not whole`]),
      ...broke.slice(0, SHOWN_DOWNLOADS).map(describeDownload),
      ...(inDrain >= scenario.restarts ? [] : [`${seen}, wanted ${scenario.restarts}`]),
      ...brokenByPods(outcome),
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
