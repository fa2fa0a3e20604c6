/** Which part of a load one of several generators sends. The parts of all add up to the load. */
export interface LoadShare {
  /** Of this generator, from 0. */
  readonly index: number
  /** How many generators there are. */
  readonly of: number
}

/** Everything, by one generator. */
export const wholeLoad: LoadShare = { index: 0, of: 1 }

/**
 * The clients of an unpaced lane that this generator runs, by their numbers among those of all generators.
 * There may be none.
 */
export function clientsOf(count: number, { index, of }: LoadShare): readonly number[] {
  return Array.from({ length: count }, (_, client) => client).filter((client) => client % of === index)
}

/**
 * How many clients this generator needs for its part of a paced lane: at least one, because the rate is
 * divided by the number of generators and not by that of clients.
 */
export function pacedClients(count: number, { of }: LoadShare): number {
  return Math.ceil(count / of)
}

/** Where this generator begins in a list that all send in turn, so that together they are through sooner. */
export function firstInTurn(length: number, { index, of }: LoadShare): number {
  return Math.floor((length * index) / of)
}
