import type { Instant } from '../load/sample.ts'
import { isMisbehaved, type PodRecord } from '../rollout/pod-record.ts'
import { plural } from '../rollout/numbers.ts'
import { createTable, toText } from './lane-table.ts'
import type { Palette } from './palette.ts'

/** How many output lines are shown for a pod with a problem. The JSON document has more. */
const SHOWN_LINES = 10
/** With more pods than this, only the pods with a problem are shown. */
const MAX_ROWS = 12

/** A column of the table. The numbers in its cells are aligned. */
interface Column {
  readonly title: string
  readonly render: (pod: PodRecord) => string
}

const localColumns: readonly Column[] = [
  { title: 'signal to end', render: (pod) => seconds(pod.signalledAt, pod.exitedAt) },
  { title: 'force-closed', render: ({ forceClosed }) => String(forceClosed ?? '-') },
]

/** Times since the deletion: the signal is not visible from outside the pod. */
const clusterColumns: readonly Column[] = [
  {
    title: 'left the endpoints',
    render: ({ deletedAt, cluster }) => seconds(deletedAt, cluster?.endpointEndedAt),
  },
  {
    title: 'readiness failed',
    render: ({ deletedAt, cluster }) => seconds(deletedAt, cluster?.readinessFailedAt),
  },
  {
    title: 'accepted until',
    render: ({ deletedAt, cluster }) => seconds(deletedAt, cluster?.lastAcceptedAt),
  },
  { title: 'ended', render: ({ deletedAt, exitedAt }) => seconds(deletedAt, exitedAt) },
  { title: 'restarts', render: ({ cluster }) => String(cluster?.restarts ?? '-') },
  { title: 'force-closed', render: ({ forceClosed }) => String(forceClosed ?? '-') },
]

/** How every pod ended, and the last output lines of the pods with a problem. */
export function renderPods(pods: readonly PodRecord[], palette: Palette): string {
  const isCluster = pods.some(({ cluster }) => cluster !== undefined)
  const columns = isCluster ? clusterColumns : localColumns
  const noun = pods.some(({ inPlace }) => inPlace !== undefined) ? 'generation' : 'pod'
  const table = createTable([noun, 'end', 'exit', ...columns.map(({ title }) => title)], palette, 3)
  const shown = pods.length > MAX_ROWS ? pods.filter(isMisbehaved) : pods
  for (const pod of shown) {
    const end = pod.ending === 'running' ? stillDoing(pod) : pod.ending
    table.push([
      pod.name,
      isMisbehaved(pod) ? palette.bad(end) : end,
      pod.ending === 'running' ? '-' : String(pod.exitCode ?? exitSignalOf(pod) ?? '-'),
      ...columns.map(({ render }) => render(pod)),
    ])
  }
  const note =
    isCluster && shown.length > 0 ? [palette.faint('Times are seconds after the deletion of the pod.')] : []
  const words = pods.filter(isMisbehaved).map((pod) => renderOutput(pod, palette))
  const others = pods.length - shown.length
  const rest = others > 0 ? [`${plural(others, noun)} ended cleanly or had not ended`] : []
  return [...(shown.length > 0 ? [toText(table)] : []), ...note, ...rest, ...words].join('\n')
}

function exitSignalOf({ local, inPlace }: PodRecord): string | null | undefined {
  return local?.exitSignal ?? inPlace?.exitSignal
}

/** What a pod was doing when the run ended before it did. */
function stillDoing({ readyAt, deletedAt }: PodRecord): string {
  if (deletedAt) return 'still shutting down at the end'
  return readyAt ? 'still serving at the end' : 'still starting at the end'
}

/** Connections are tried every 100 ms, so the last accepted one may be from just before the deletion. */
function seconds(from: Instant | undefined, to: Instant | undefined): string {
  return from && to ? `${(Math.max(0, to.monotonicMs - from.monotonicMs) / 1_000).toFixed(2)} s` : '-'
}

function renderOutput(pod: PodRecord, palette: Palette): string {
  const lines = [...pod.output, ...(pod.message?.trimEnd().split('\n') ?? [])].slice(-SHOWN_LINES)
  if (lines.length === 0 && pod.cluster)
    return `\n${pod.name} left no termination message; kubectl logs has its log.`
  if (lines.length === 0) return `\n${pod.name} wrote nothing.`
  return [`\nLast lines of ${pod.name}:`, ...lines.map((line) => palette.faint(`  | ${line}`))].join('\n')
}
