import { isMisbehaved, type PodRecord } from '../rollout/pod-record.ts'
import { plural } from '../rollout/verdict.ts'
import { createTable, toText } from './lane-table.ts'
import type { Palette } from './palette.ts'

/** Lines of output that are shown of a pod that has to be explained; the JSON document has more. */
const SHOWN_LINES = 10
/** A run of many rollouts shows only the pods that have to be explained. */
const MAX_ROWS = 12

/** How every pod ended, and the last words of those that have to be explained. */
export function renderPods(pods: readonly PodRecord[], palette: Palette): string {
  const table = createTable(['pod', 'end', 'exit', 'signal to end', 'cut off'], palette, 3)
  const shown = pods.length > MAX_ROWS ? pods.filter(isMisbehaved) : pods
  for (const pod of shown) {
    const end = pod.ending === 'running' ? stillDoing(pod) : pod.ending
    table.push([
      pod.name,
      isMisbehaved(pod) ? palette.bad(end) : end,
      pod.ending === 'running' ? '-' : String(pod.exitCode ?? pod.local?.exitSignal ?? '-'),
      signalToEnd(pod),
      pod.cutOff === undefined ? '-' : String(pod.cutOff),
    ])
  }
  const words = pods.filter(isMisbehaved).map((pod) => renderOutput(pod, palette))
  const others = pods.length - shown.length
  const rest = others > 0 ? [`${plural(others, 'pod')} ended clean or had not ended`] : []
  return [...(shown.length > 0 ? [toText(table)] : []), ...rest, ...words].join('\n')
}

/** What a pod did that had not ended when the run did. */
function stillDoing({ readyAt, deletedAt }: PodRecord): string {
  if (deletedAt) return 'still ending at the end'
  return readyAt ? 'still serving at the end' : 'still starting at the end'
}

function signalToEnd(pod: PodRecord): string {
  if (!pod.signalledAt || !pod.exitedAt || pod.ending === 'running') return '-'
  return `${((pod.exitedAt.monotonicMs - pod.signalledAt.monotonicMs) / 1_000).toFixed(2)} s`
}

function renderOutput(pod: PodRecord, palette: Palette): string {
  const lines = pod.output.slice(-SHOWN_LINES)
  if (lines.length === 0) return `\n${pod.name} wrote nothing.`
  return [`\nLast lines of ${pod.name}:`, ...lines.map((line) => palette.faint(`  | ${line}`))].join('\n')
}
