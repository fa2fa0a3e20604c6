import { formatDuration } from '../../core/duration.ts'
import type { Exit, Generation, Phase, Settings } from './state.ts'

const whenExited: Readonly<Record<Phase, string>> = {
  starting: 'before it was ready',
  standby: 'while it stood by',
  accepting: 'before it listened',
  serving: 'while it served',
  paused: 'while it was paused',
  ending: 'as it was told',
}

/** How a generation ended, as a sentence. */
export function describeExit({ id, phase }: Generation, { code, signal }: Exit): string {
  const how = signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`
  return `generation ${id} ${how} ${whenExited[phase]}`
}

/** What a generation did not do within the ready time-out, as a sentence. */
export function describeTimeout({ id, phase }: Generation, { readyTimeoutMs }: Settings): string {
  const within = `within ${formatDuration(readyTimeoutMs)}`
  return phase === 'accepting'
    ? `generation ${id} was ready, but did not listen ${within} after it was told to`
    : `generation ${id} did not become ready ${within} after its start`
}
