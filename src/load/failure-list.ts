import { MAX_LISTED_FAILURES } from './load-record.ts'
import type { Sample } from './sample.ts'

/** The first failures whole, the rest counted. */
export interface FailureList {
  readonly listed: readonly Sample[]
  readonly notListed: number
  add(sample: Sample): void
  /** What was added since it was taken last, which is forgotten here; the limit is of all. */
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
