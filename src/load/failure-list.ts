import { MAX_LISTED_FAILURES } from './load-record.ts'
import type { Sample } from './sample.ts'

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
