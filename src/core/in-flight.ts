/** Kinds of things that a server can have in flight, in the order of metrics and reports. */
export const servedKinds = ['request', 'stream', 'upgrade'] as const

/** Kind of something that a server has in flight. */
export type ServedKind = (typeof servedKinds)[number]

/** All kinds of things in flight: those of servers, and work that is not a request. */
export const inFlightKinds: readonly InFlightKind[] = [...servedKinds, 'work']

/** Kind of something that is in flight. */
export type InFlightKind = ServedKind | 'work'

/** One number for each kind that a server can have in flight. */
export type ServedCounts = Readonly<Record<ServedKind, number>>

/** The counts of a server with nothing in flight. */
export const noneInFlight: ServedCounts = { request: 0, stream: 0, upgrade: 0 }

/** Builds the counts by asking for the number of each kind. */
export function byServedKind(numberOf: (kind: ServedKind) => number): ServedCounts {
  const numbers: Record<ServedKind, number> = { ...noneInFlight }
  for (const kind of servedKinds) numbers[kind] = numberOf(kind)
  return numbers
}

/** The sum over all kinds. */
export function totalInFlight(counts: ServedCounts): number {
  return servedKinds.reduce((total, kind) => total + counts[kind], 0)
}
