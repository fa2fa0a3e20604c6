import { byServedKind, type ServedKind } from '../../../core/in-flight.ts'
import type { ServerSnapshot } from '../../types.ts'
import { earlierOf, now } from '../moments.ts'
import type { DrainerCount } from '../protocol-drainer.ts'

/** The sum of the counts of one server's drainers. */
export function sumCounts(
  counts: readonly DrainerCount[],
): Pick<ServerSnapshot, 'inFlight' | 'oldestInFlightMs' | 'connections'> {
  const sum = (key: Exclude<keyof DrainerCount, 'oldestAt'>): number =>
    counts.reduce((total, count) => total + count[key], 0)
  const age = (kind: ServedKind): number => {
    const moments = counts.map((count) => (count[kind] > 0 ? count.oldestAt : null))
    const oldestAt = moments.reduce(earlierOf, null)
    return oldestAt === null ? 0 : now() - oldestAt
  }
  return {
    inFlight: byServedKind(sum),
    oldestInFlightMs: byServedKind(age),
    connections: { active: sum('active'), idle: sum('idle') },
  }
}
