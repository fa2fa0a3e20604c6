import { nounOf } from '../load/lane-words.ts'
import type { Sample } from '../load/sample.ts'
import { type FailureGroup, groupFailures, type PodFailures } from '../rollout/failure-groups.ts'
import { plain } from '../rollout/plain.ts'
import { isMisbehaved, type PodRecord } from '../rollout/pod-record.ts'
import { count, plural } from '../rollout/numbers.ts'
import { explainFailure } from './failure-sentence.ts'
import type { Palette } from './palette.ts'

/** How many pods are shown for one cause. The JSON document has every failure. */
const SHOWN_PODS = 5

/** How many operations are shown for one cause. */
const SHOWN_OPERATIONS = 5

/** How to show times and colors. */
export interface FailureLook {
  /** Zero point of the times, in monotonic milliseconds. */
  readonly startMs: number
  readonly palette: Palette
  /** The pods of the run, if known: a pod's end can explain its failures. */
  readonly pods?: readonly PodRecord[]
}

/** The failures by cause and pod: their number, the remedy, and the first one of each in full detail. */
export function renderFailures(failures: readonly Sample[], failed: number, look: FailureLook): string {
  const groups = groupFailures(failures).map((group) => renderGroup(group, look))
  const more = failed - failures.length
  return [...groups, ...(more > 0 ? [`${plural(more, 'more failure')} without details`] : [])].join('\n\n')
}

function renderGroup(
  { cause, count: total, lanes, operations, pods }: FailureGroup,
  look: FailureLook,
): string {
  const { palette } = look
  const rest = pods.slice(SHOWN_PODS)
  const others = rest.reduce((sum, pod) => sum + pod.count, 0)
  return [
    `${palette.bad(`${cause.title}: ${plural(total, nounOf(lanes))}`)}, ${plain(cause.happened)}`,
    `  What helps: ${plain(cause.helps)}`,
    ...renderOperations(operations),
    ...pods.slice(0, SHOWN_PODS).map((pod) => renderPod(pod, look)),
    ...(rest.length > 0 ? [`  and ${count(others)} on ${plural(rest.length, 'other pod')}`] : []),
  ].join('\n')
}

function renderOperations(operations: FailureGroup['operations']): readonly string[] {
  if (operations.length === 0) return []
  const shown = operations.slice(0, SHOWN_OPERATIONS).map(([name, failed]) => `${count(failed)} of ${name}`)
  const more = operations.length - shown.length
  return [`  Operations: ${shown.join(', ')}${more > 0 ? `, and ${plural(more, 'other')}` : ''}`]
}

function renderPod({ pod, count: total, first }: PodFailures, look: FailureLook): string {
  const { startMs, palette, pods = [] } = look
  const ended = pods.find(({ name }) => name === pod)
  const how = ended && isMisbehaved(ended) ? ` (${ended.ending})` : ''
  const seconds = (first.startedAt.wallMs + first.endMs - startMs) / 1_000
  const place = pod === undefined ? '' : ` on ${pod}${how}`
  const which = total === 1 ? '' : ', the first'
  return [
    `  ${count(total)}${place}${which} at +${seconds.toFixed(3)} s in ${first.lane}: ${explainFailure(first)}`,
    palette.faint(`    ${describeSample(first)}`),
  ].join('\n')
}

/** All known facts of a failed request, in one line. */
function describeSample(sample: Sample): string {
  const { error, nthOnSocket, idleMs, localPort, remoteAddress, remotePort, connectMs, firstByteMs } = sample
  const code = [error?.code, error?.syscall].filter(Boolean).join(' ')
  const steps = [
    connectMs === undefined ? [] : [`connected after ${ms(connectMs)}`],
    firstByteMs === undefined ? [] : [`first byte after ${ms(firstByteMs)}`],
    [`failed after ${ms(sample.endMs)}`],
  ].flat()
  const idle = idleMs === undefined ? '' : `, idle for ${ms(idleMs)}`
  const to = remotePort === undefined ? [] : [`port ${localPort ?? '-'} to ${remoteAddress}:${remotePort}`]
  return [
    `${sample.method} ${sample.path} ${sample.id}`,
    `${code} (stage: ${error?.stage})`,
    ...steps,
    ...(sample.status === undefined ? [] : [`status ${sample.status}, ${plural(sample.bytes, 'byte')}`]),
    `request ${nthOnSocket} on its connection${idle}`,
    ...to,
  ].join('; ')
}

const ms = (value: number): string => `${value.toFixed(1)} ms`
