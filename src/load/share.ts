/** The part of a load that one of several generators sends. All parts add up to the load. */
export interface LoadShare {
  /** Index of this generator, from 0. */
  readonly index: number
  /** Number of generators. */
  readonly of: number
}

/** The whole load, sent by one generator. */
export const wholeLoad: LoadShare = { index: 0, of: 1 }

/** The clients of an unpaced lane on this generator, by their numbers among all generators. May be empty. */
export function clientsOf(count: number, { index, of }: LoadShare): readonly number[] {
  return Array.from({ length: count }, (_, client) => client).filter((client) => client % of === index)
}

/**
 * Number of clients for this generator's part of a paced lane. At least one: the rate is divided by
 * generators, not by clients.
 */
export function pacedClients(count: number, { of }: LoadShare): number {
  return Math.ceil(count / of)
}

/**
 * Start index of this generator in a list that all generators cycle through. Different starts cover the list
 * sooner.
 */
export function firstInTurn(length: number, { index, of }: LoadShare): number {
  return Math.floor((length * index) / of)
}
