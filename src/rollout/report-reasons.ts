import { plural } from './numbers.ts'
import { isMisbehaved, type PodRecord } from './pod-record.ts'

/** A loss that a pod itself has counted. */
interface CountedLoss {
  readonly countOf: (pod: PodRecord) => number
  /** What the pods did, and the remedy; `what` is the size of the loss. */
  readonly describe: (what: string) => string
}

const losses: readonly CountedLoss[] = [
  {
    countOf: ({ forceClosed = 0 }) => forceClosed,
    describe: (what) => `force-closed ${what}. What helps: a longer drain timeout`,
  },
  {
    countOf: ({ report }) => report?.events.at(-1)?.inFlight ?? 0,
    describe: (what) =>
      `had ${what} in flight at the end. What helps: nothing that ends the process before its drain is over`,
  },
]

/**
 * Losses that pods reported themselves although they ended as they should, one sentence each. Their exit code
 * may belong to a wrapper, which does not know how its server ended.
 */
export function reportReasons(pods: readonly PodRecord[]): readonly string[] {
  return losses.flatMap(({ countOf, describe }) => {
    const lossy = pods.filter((pod) => !isMisbehaved(pod) && countOf(pod) > 0)
    if (lossy.length === 0) return []
    const sum = lossy.reduce((total, pod) => total + countOf(pod), 0)
    const what = plural(sum, 'request or connection', 'requests or connections')
    const names = lossy.map(({ name }) => name).join(', ')
    return [`${names} ended with exit code 0, but ${describe(what)}`]
  })
}
