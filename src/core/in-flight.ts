/** What one server can have in flight, in the order in which metrics and reports name it. */
export const servedKinds = ['request', 'stream', 'upgrade'] as const

/** Kind of something that a server has in flight. */
export type ServedKind = (typeof servedKinds)[number]

/** Everything that can be in flight: what servers have, and work that is no request. */
export const inFlightKinds: readonly InFlightKind[] = [...servedKinds, 'work']

/** Kind of something that is in flight. */
export type InFlightKind = ServedKind | 'work'

/** A number for each kind that a server can have in flight. */
export type ServedCounts = Readonly<Record<ServedKind, number>>

/** No server has anything in flight. */
export const noneInFlight: ServedCounts = { request: 0, stream: 0, upgrade: 0 }

/** Asks for the number of each kind. */
export function byServedKind(numberOf: (kind: ServedKind) => number): ServedCounts {
  const numbers: Record<ServedKind, number> = { ...noneInFlight }
  for (const kind of servedKinds) numbers[kind] = numberOf(kind)
  return numbers
}

/** All kinds together. */
export function totalInFlight(counts: ServedCounts): number {
  return servedKinds.reduce((total, kind) => total + counts[kind], 0)
}
