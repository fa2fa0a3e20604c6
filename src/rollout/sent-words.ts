import { nounsOf } from '../load/lane-words.ts'
import { laneNamed } from '../load/lanes/index.ts'
import type { LaneName } from '../load/sample.ts'
import { plural } from './numbers.ts'

/**
 * Sums the lanes by what they send: `500 requests and 30 jobs`. Leaves out zero sums, unless all are zero.
 */
export function sentWords<Lane extends { readonly lane: LaneName }>(
  lanes: readonly Lane[],
  countOf: (lane: Lane) => number,
): string {
  const sums = nounsOf(lanes.map(({ lane }) => lane)).map((noun) => {
    const same = lanes.filter(({ lane }) => (laneNamed(lane).noun ?? 'request') === noun)
    return [noun, same.reduce((total, lane) => total + countOf(lane), 0)] as const
  })
  const some = sums.filter(([, sum]) => sum > 0)
  return (some.length > 0 ? some : sums.slice(0, 1)).map(([noun, sum]) => plural(sum, noun)).join(' and ')
}
