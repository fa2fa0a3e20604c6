import { nounOf } from '../load/lane-words.ts'
import type { LaneTotals } from '../load/recorder.ts'
import type { PhaseName } from '../rollout/phases.ts'
import type { PodRecord } from '../rollout/pod-record.ts'
import type { TimelineEvent } from '../rollout/timeline.ts'
import { count } from '../rollout/numbers.ts'
import type { Palette } from './palette.ts'

/** The present state of a run. */
export interface LiveState {
  readonly phase: PhaseName
  readonly elapsedMs: number
  readonly pods: readonly PodRecord[]
  /** Empty before the load begins. */
  readonly load: readonly LaneTotals[]
}

const marks = { starting: '○', ready: '●', unready: '◌', terminating: '◐', gone: '·' } as const

/** The block on the terminal during a run. */
export function renderLive(state: LiveState, palette: Palette): string {
  const elapsed = `${(state.elapsedMs / 1_000).toFixed(1)} s`
  const present = state.pods.filter((pod) => pod.state !== 'gone')
  const gone = state.pods.length - present.length
  const pods = present.map((pod) => `${marks[pod.state]} ${pod.name} ${palette.faint(pod.state)}`)
  return [
    `${palette.strong(state.phase)}  ${elapsed}`,
    `  ${[...pods, ...(gone > 0 ? [palette.faint(`${gone} gone`)] : [])].join('  ')}`,
    ...state.load.map((lane) => {
      const text = `${count(lane.failed)} failed`
      const failed = lane.failed > 0 ? palette.bad(text) : palette.faint(text)
      const noun = `${nounOf([lane.lane])}s`.padEnd('requests'.length)
      return `  ${lane.lane.padEnd(16)}${count(lane.requests).padStart(8)} ${noun}  ${failed}`
    }),
  ].join('\n')
}

/** One event as a line for logs. */
export function renderEvent(event: TimelineEvent, startMs: number): string {
  const seconds = ((event.at.monotonicMs - startMs) / 1_000).toFixed(3)
  const what = event.kind === 'phase-started' ? `phase ${event.detail}` : event.kind.replaceAll('-', ' ')
  const detail = event.detail === undefined || event.kind === 'phase-started' ? '' : `: ${event.detail}`
  return `+${seconds} s  ${event.pod === undefined ? '' : `${event.pod}  `}${what}${detail}`
}
