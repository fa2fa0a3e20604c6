import type { LoadDocument } from '../src/load/load-document.ts'
import { explainFailure } from '../src/report/failure-sentence.ts'
import { renderLongIdle } from '../src/report/lane-table.ts'
import { describeWatch } from './blind-restarts.ts'
import type { PodRecord } from './pod-record.ts'
import type { Outcome } from './scenario.ts'

const number = (value: number): string => value.toLocaleString('en-US')
const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : (ms / 1_000).toFixed(1))

/** A table of the lanes, and what kinds of failures there were. */
export function describeLoad(outcome: Outcome): string {
  const { load, scenario, replaced, seconds: took } = outcome
  const rows = load.lanes.map((lane) => [
    lane.lane,
    number(lane.requests),
    number(lane.failed),
    number(lane.counts['refused'] ?? 0),
    number(lane.counts['resent'] ?? 0),
    lane.p50Ms.toFixed(1),
    lane.p99Ms.toFixed(1),
    lane.longestGapMs.toFixed(0),
  ])
  const again = (count: 'refused' | 'resent'): string =>
    number(load.lanes.reduce((sum, lane) => sum + (lane.counts[count] ?? 0), 0))
  const total =
    `${number(load.failed)} failed of ${number(load.requests)} requests, ${replaced.length} pods replaced in ${took} s; ` +
    `sent once more: ${again('refused')} HTTP/2 streams that were refused unprocessed, ${again('resent')} WebSocket messages that were followed by an orderly close`
  return [
    `${scenario.name}: ${total}`,
    columns([
      ['lane', 'requests', 'failed', 'refused', 'resent', 'p50 ms', 'p99 ms', 'longest gap ms'],
      ...rows,
    ]),
    ...renderLongIdle(load),
    describeGenerator(load),
    describeWatch(outcome),
    ...failureKinds(load),
  ].join('\n')
}

/** How well the load generator did its own work. */
function describeGenerator({ health }: LoadDocument): string {
  const {
    loopDelayP50Ms: p50,
    loopDelayP99Ms: p99,
    loopDelayMaxMs: max,
    stalls,
    skipped,
    ownFailures,
  } = health
  return (
    `load generator: event loop ${p50.toFixed(0)} ms p50, ${p99.toFixed(0)} ms p99, ${max.toFixed(0)} ms at most, ` +
    `${number(stalls.length)} stalls of 50 ms or more; ${number(skipped)} requests not sent, ${number(ownFailures)} failed by its own fault`
  )
}

/** What the slow readers got, by how it ended; nothing without them. */
export function describeDownloads({ downloads }: Outcome): string {
  const count = (end: string): string => number(downloads.filter((one) => one.end === end).length)
  if (downloads.length === 0) return ''
  return `slow downloads: ${count('whole')} whole, ${count('cut')} cut, ${count('refused')} refused`
}

/** Failures by lane, error and stage, the most frequent first. */
function failureKinds(load: LoadDocument): string[] {
  const counts = new Map<string, number>()
  for (const { lane, error } of load.failures) {
    const kind = `${error?.code ?? 'unknown'}${error?.syscall ? ` (${error.syscall})` : ''} while ${error?.stage ?? '?'}, lane ${lane}`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([kind, count]) => `  ${number(count)} × ${kind}`)
}

/** Every pod's times, then every failure's, on one clock. */
export function describeTimeline({ pods, load, restartedAt, beganAt }: Outcome): string {
  const rows = pods.map((pod) => [
    pod.name,
    seconds(pod.readyAt),
    seconds(pod.deletedAt),
    seconds(pod.unreadyAt),
    seconds(pod.goneAt),
    String(pod.exitCode ?? '-'),
    String(pod.report?.lastNewConnectionMs ?? '-'),
    String(pod.maxInFlight),
  ])
  const header = [
    'pod',
    'ready s',
    'deleted s',
    'unready s',
    'gone s',
    'exit',
    'last new connection ms',
    'most in flight',
  ]
  const failures = load.failures.slice(0, 30).map((sample) => {
    const { startedAt, endMs, lane, error } = sample
    const began = startedAt.wallMs - beganAt
    const ports = `from port ${sample.localPort ?? '-'} to ${sample.remoteAddress ?? '-'}`
    return `  ${seconds(began)} to ${seconds(began + endMs)} s, ${lane}, ${error?.code} while ${error?.stage}, ${ports}: ${explainFailure(sample)}`
  })
  return [
    `restarts at ${restartedAt.map(seconds).join(', ')} s`,
    columns([header, ...rows]),
    ...failures,
  ].join('\n')
}

/** The last lines of the pods that did not end well, with what they left as their termination message. */
export function describeLogs(pods: readonly PodRecord[]): string {
  const bad = pods.filter(
    (pod) =>
      pod.restarts > 0 || pod.message !== undefined || (pod.goneAt !== undefined && pod.exitCode !== 0),
  )
  return bad
    .map((pod) => `--- ${pod.name}\n${[...pod.log.slice(-20), pod.message ?? ''].join('\n')}`)
    .join('\n')
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `  ${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))).join('  ')}`,
    )
    .join('\n')
}
