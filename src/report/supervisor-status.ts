import { inFlightKinds } from '../core/in-flight.ts'
import { plainText } from '../core/plain-text.ts'
import type { GenerationStatus, SupervisorStatus } from '../core/supervisor-status.ts'
import { plural } from '../rollout/numbers.ts'
import type { Palette } from './palette.ts'

const HEAD = ['generation', 'phase', 'pid', 'age', 'state', 'in flight', 'connections'] as const

/** What a supervisor runs, for a terminal: the supervisor, its generations, restarts and the last failure. */
export function renderSupervisorStatus(
  status: SupervisorStatus,
  palette: Palette,
  now: number = Date.now(),
): string {
  const parts = [
    [renderSupervisor(status, palette, now), plainText(status.command.join(' ')), ...renderSockets(status)],
    renderGenerations(status.generations, palette),
    [renderRestarts(status), ...renderTrouble(status, palette, now)],
  ]
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function renderSupervisor(status: SupervisorStatus, palette: Palette, now: number): string {
  const { pid, state, ready, startedAt } = status
  const readiness = ready ? palette.good('ready') : palette.bad('not ready')
  const up = age(now - Date.parse(startedAt))
  return `lastcall run, pid ${pid}: ${palette.strong(state)}, ${readiness}, up ${up}`
}

function renderSockets({ listen }: SupervisorStatus): readonly string[] {
  const sockets = listen.map(({ name, address }) => `${name}=${address}`).join(', ')
  return sockets === '' ? [] : [`holds ${plainText(sockets)}`]
}

/** The newest generation first. */
function renderGenerations(generations: readonly GenerationStatus[], palette: Palette): readonly string[] {
  if (generations.length === 0) return [palette.bad('no process runs')]
  const rows = generations.toSorted((one, other) => other.generation - one.generation).map(cellsOf)
  const widths = HEAD.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), title.length),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [palette.faint(line(HEAD)), ...rows.map(line)]
}

function cellsOf(one: GenerationStatus): readonly string[] {
  return [
    String(one.generation),
    one.phase,
    String(one.pid ?? '-'),
    age(one.ageMs),
    one.state ?? '-',
    one.inFlight === null ? '-' : renderInFlight(one.inFlight),
    String(one.connections ?? '-'),
  ]
}

function renderInFlight(counts: NonNullable<GenerationStatus['inFlight']>): string {
  const some = inFlightKinds.filter((kind) => counts[kind] > 0)
  const words = some.map((kind) => (kind === 'work' ? `${counts[kind]} work` : plural(counts[kind], kind)))
  return words.join(', ') || 'nothing'
}

function renderRestarts({ restarts, queued }: SupervisorStatus): string {
  const { completed, failed, rolledBack } = restarts
  const counts = `${completed} completed, ${failed} failed, ${rolledBack} rolled back`
  return queued === null ? `restarts: ${counts}` : `restarts: ${counts}; next: ${plainText(queued)}`
}

function renderTrouble(
  { crashes, lastFailure }: SupervisorStatus,
  palette: Palette,
  now: number,
): readonly string[] {
  const crashed = crashes === 0 ? [] : [palette.bad(`${plural(crashes, 'crash', 'crashes')} in a row`)]
  if (lastFailure === null) return crashed
  const { at, detail } = lastFailure
  // The sentence says its kind, and names its generation.
  const sentence = palette.doubtful(plainText(detail))
  return [...crashed, `last failure, ${age(now - Date.parse(at))} ago: ${sentence}`]
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** The two largest units of a time, as `2h 5m`. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const first = units.findIndex(([, size]) => seconds >= size)
  if (first < 0) return '0s'
  const parts = units.slice(first, first + 2).map(([unit, size], index) => {
    const above = units[first + index - 1]?.[1]
    const left = index === 0 || above === undefined ? seconds : seconds % above
    return `${Math.floor(left / size)}${unit}`
  })
  return parts.filter((part, index) => index === 0 || !part.startsWith('0')).join(' ')
}
