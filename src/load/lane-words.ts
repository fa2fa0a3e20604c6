import { laneNamed } from './lanes/index.ts'
import type { LaneName } from './sample.ts'

/** The noun for everything that these lanes send: `job` if all of them send jobs, else `request`. */
export function nounOf(names: readonly LaneName[]): string {
  const nouns = nounsOf(names)
  return nouns.length === 1 && nouns[0] !== undefined ? nouns[0] : REQUEST
}

/** The nouns for what these lanes send, each once, such as `request` and `job`; `request` without a lane. */
export function nounsOf(names: readonly LaneName[]): readonly string[] {
  const nouns = new Set(names.map((name) => laneNamed(name).noun ?? REQUEST))
  return nouns.size === 0 ? [REQUEST] : [...nouns]
}

/** The flags that lower the rates of these lanes, as words. */
export function rateFlagsOf(names: readonly LaneName[]): string {
  return nounsOf(names)
    .map((noun) => (noun === REQUEST ? '--rate' : `--${noun}s-rate`))
    .join(' or ')
}

const REQUEST = 'request'
