import { nounOf } from '../load/lane-words.ts'
import { laneNames } from '../load/lanes/index.ts'
import type { LaneName } from '../load/sample.ts'
import { endings } from '../rollout/endings.ts'
import { groupFailures } from '../rollout/failure-groups.ts'
import { plain } from '../rollout/plain.ts'
import { isMisbehaved, type PodRecord } from '../rollout/pod-record.ts'
import { sawLastcall } from '../rollout/readiness-notes.ts'
import type { BeforeAfterDocument, RehearsalDocument } from '../rollout/run-document.ts'
import { count, plural } from '../rollout/numbers.ts'
import { renderFailures } from './failures.ts'
import { createTable, toText } from './lane-table.ts'
import type { Palette } from './palette.ts'
import { renderPods } from './pod-lines.ts'
import { renderFirstLine, renderVerdict } from './summary.ts'

/** A longer command would make the columns too wide. */
const MAX_COMMAND_LENGTH = 36

/**
 * Both runs side by side: failures by lane, the ends of the pods, the causes of the first run's failures, the
 * second run's failures, and the verdicts.
 */
export function renderBeforeAfter(document: BeforeAfterDocument, palette: Palette): string {
  const { before, after } = document
  return [
    renderBoth(document, palette),
    ...renderBefore(before, palette),
    ...renderAfter(after, palette),
    renderVerdicts(document, palette),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}

/** The result of both runs in one line. */
export function renderBeforeAfterLine({ before, after }: BeforeAfterDocument, palette: Palette): string {
  const { outcome } = after.verdict
  const sentence = `${failedOf(after.load)} ${nounsIn(after)} under lastcall/auto, ${failedOf(before.load)} without it`
  return `${renderFirstLine({ outcome, sentence }, palette)}\n`
}

interface Requests {
  readonly requests: number
  readonly failed: number
}

const failedOf = ({ failed, requests }: Requests): string => `${count(failed)} failed of ${count(requests)}`

const nounIn = ({ load }: RehearsalDocument): string => nounOf(load.lanes.map(({ lane }) => lane))
const nounsIn = (run: RehearsalDocument): string => `${nounIn(run)}s`

function renderBoth({ before, after }: BeforeAfterDocument, palette: Palette): string {
  const runs = [before, after]
  const head = ['', `before: ${shorten(before.command.join(' '))}`, 'after: the same under lastcall/auto']
  const table = createTable(head, palette, 1)
  const cell = (counted: Requests | undefined): string => {
    if (counted === undefined) return '-'
    const text = failedOf(counted)
    return counted.failed > 0 ? palette.bad(text) : palette.good(text)
  }
  for (const name of laneNames.filter((lane) => runs.some((run) => laneOf(run, lane)))) {
    table.push([name, ...runs.map((run) => cell(laneOf(run, name)))])
  }
  table.push([palette.strong(`all ${nounsIn(before)}`), ...runs.map(({ load }) => cell(load))])
  table.push(['ends of pods', ...runs.map(({ pods }) => renderEnds(pods, palette))])
  return toText(table)
}

function laneOf({ load }: RehearsalDocument, name: LaneName): Requests | undefined {
  return load.lanes.find(({ lane }) => lane === name)
}

function shorten(command: string): string {
  return command.length > MAX_COMMAND_LENGTH ? `${command.slice(0, MAX_COMMAND_LENGTH - 1)}…` : command
}

/** How the pods ended: each kind once, with its number. */
function renderEnds(pods: readonly PodRecord[], palette: Palette): string {
  const ended = pods.filter(({ ending }) => ending !== 'running' && ending !== 'port-taken')
  const kinds = Map.groupBy(ended, (pod) => `${pod.ending}, ${exitOf(pod)}`)
  const lines = [...kinds].map(([kind, alike]) => {
    const text = `${alike.length} × ${kind}`
    return alike.some(isMisbehaved) ? palette.bad(text) : palette.good(text)
  })
  return lines.length > 0 ? lines.join('\n') : '-'
}

function exitOf({ exitCode, local }: PodRecord): string {
  return local?.exitSignal ?? `exit code ${exitCode ?? 'unknown'}`
}

/** What the first run lost and why. `lastcall/auto` in the second run is the remedy, so no other is shown. */
function renderBefore(run: RehearsalDocument, palette: Palette): readonly string[] {
  const { load, pods } = run
  const causes = groupFailures(load.failures).map(
    ({ cause, count: number }) => [number, `${cause.title}: ${plain(cause.happened)}`] as const,
  )
  const ends = Object.entries(endings).flatMap(([ending, { happened }]) => {
    const bad = pods.filter((pod) => pod.ending === ending && isMisbehaved(pod))
    return bad.length > 0 ? [[bad.length, plain(`${ending}: ${happened}`)] as const] : []
  })
  return [
    ...listOf(`${palette.strong('Before')}, ${plural(load.failed, nounIn(run))} failed:`, causes),
    ...listOf(`${palette.strong('Before')}, pods ended badly:`, ends),
  ]
}

function listOf(title: string, rows: readonly (readonly [number, string])[]): readonly string[] {
  if (rows.length === 0) return []
  const width = rows.reduce((most, [number]) => Math.max(most, count(number).length), 0)
  return [[title, ...rows.map(([number, text]) => `  ${count(number).padStart(width)}  ${text}`)].join('\n')]
}

/** Everything that the second run lost, in full detail. */
function renderAfter({ load, pods, phases }: RehearsalDocument, palette: Palette): readonly string[] {
  const { failures, failed } = load
  const startMs = phases[0]?.startedAt.wallMs ?? 0
  const parts = [
    ...(pods.some(isMisbehaved) ? [renderPods(pods, palette)] : []),
    ...(failures.length > 0 ? [renderFailures(failures, failed, { startMs, palette, pods })] : []),
  ]
  const [first, ...others] = parts
  return first === undefined ? [] : [`${palette.strong('After')}:\n${first}`, ...others]
}

function renderVerdicts({ before, after }: BeforeAfterDocument, palette: Palette): string {
  const same = sawLastcall(before.pods)
    ? ['  - the command itself opened the probe server of lastcall, so both runs used lastcall']
    : []
  const doubts =
    before.verdict.outcome === 'inconclusive' ? before.verdict.reasons.map((reason) => `  - ${reason}`) : []
  return [
    `before  ${renderFirstLine(before.verdict, palette)}`,
    ...doubts,
    ...same,
    `after   ${renderVerdict(after, palette)}`,
  ].join('\n')
}
