import type { Sample } from './sample.ts'

/** Failures that are kept whole; a run that has more is not explained by reading them. */
const MAX_LISTED_FAILURES = 10_000

/** The first failures whole, the rest counted. */
export interface FailureList {
  readonly listed: readonly Sample[]
  readonly notListed: number
  add(sample: Sample): void
}

/** An empty list that keeps at most `limit`. */
export function createFailureList(limit: number = MAX_LISTED_FAILURES): FailureList {
  const listed: Sample[] = []
  let notListed = 0
  return {
    listed,
    get notListed() {
      return notListed
    },
    add(sample) {
      if (listed.length < limit) listed.push(sample)
      else notListed++
    },
  }
}
