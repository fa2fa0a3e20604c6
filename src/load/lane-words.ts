import { laneNamed } from './lanes/index.ts'
import type { LaneName } from './sample.ts'

/** What one of what these lanes send is called together: `job` where all of them send jobs. */
export function nounOf(names: readonly LaneName[]): string {
  const nouns = nounsOf(names)
  return nouns.length === 1 && nouns[0] !== undefined ? nouns[0] : REQUEST
}

/** What they are called each, as `request` and `job`; `request` without a lane. */
export function nounsOf(names: readonly LaneName[]): readonly string[] {
  const nouns = new Set(names.map((name) => laneNamed(name).noun ?? REQUEST))
  return nouns.size === 0 ? [REQUEST] : [...nouns]
}

/** The flags that lower what these lanes send, as words. */
export function rateFlagsOf(names: readonly LaneName[]): string {
  return nounsOf(names)
    .map((noun) => (noun === REQUEST ? '--rate' : `--${noun}s-rate`))
    .join(' or ')
}

const REQUEST = 'request'
