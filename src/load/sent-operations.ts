import type { LaneRequest } from './plain-request.ts'
import type { Sample } from './sample.ts'

/** How many operations of an OpenAPI document a load sent. Plain JSON. */
export interface SentOperations {
  /** Number of operations that the lanes planned to send in turn. */
  readonly planned: number
  /** Operations that no lane reached. */
  readonly unsent: readonly string[]
}

/** A record with sent operations; absent without a document. */
export interface WithOperations {
  readonly operations?: SentOperations
}

/** Tracks which operations were sent. */
export interface OperationWatch {
  add(sample: Pick<Sample, 'operation'>): void
  /** The operations of the whole load so far. */
  read(): WithOperations
}

/** Creates a watch for these requests; none of them counts as sent yet. */
export function watchOperations(requests: readonly LaneRequest[]): OperationWatch {
  const unsent = new Set(requests.flatMap(({ operation }) => operation ?? []))
  const planned = unsent.size
  return {
    add({ operation }) {
      if (operation !== undefined) unsent.delete(operation)
    },
    read: () => (planned === 0 ? {} : { operations: { planned, unsent: [...unsent] } }),
  }
}

/** Merges the operations of several generators of one load: unsent are those that no generator sent. */
export function mergeOperations(records: readonly WithOperations[]): WithOperations {
  const [first, ...others] = records.flatMap(({ operations }) => operations ?? [])
  if (!first) return {}
  const unsent = first.unsent.filter((one) => others.every((other) => other.unsent.includes(one)))
  return { operations: { planned: first.planned, unsent } }
}
