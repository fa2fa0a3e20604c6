import { MAX_LISTED_FAILURES } from './load-record.ts'
import type { Sample } from './sample.ts'

/** Keeps the first failures in full and counts the rest. */
export interface FailureList {
  readonly listed: readonly Sample[]
  readonly notListed: number
  add(sample: Sample): void
  /** Returns and removes what was added since the last call. The limit applies to the total. */
  take(): Pick<FailureList, 'listed' | 'notListed'>
}

/** An empty list that keeps at most `limit`. */
export function createFailureList(limit: number = MAX_LISTED_FAILURES): FailureList {
  let listed: Sample[] = []
  let room = limit
  let notListed = 0
  return {
    get listed() {
      return listed
    },
    get notListed() {
      return notListed
    },
    add(sample) {
      if (room > 0) {
        room--
        listed.push(sample)
      } else notListed++
    },
    take() {
      const taken = { listed, notListed }
      listed = []
      notListed = 0
      return taken
    },
  }
}
