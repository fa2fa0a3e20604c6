import type { LaneRequest } from './plain-request.ts'
import type { Sample } from './sample.ts'

/** How far a load came through the operations of an OpenAPI document. Plain JSON. */
export interface SentOperations {
  /** How many the lanes were to send in turn. */
  readonly planned: number
  /** Those of them that no lane came to. */
  readonly unsent: readonly string[]
}

/** A record with that; left out without operations. */
export interface WithOperations {
  readonly operations?: SentOperations
}

/** Notes which operations were sent. */
export interface OperationWatch {
  add(sample: Pick<Sample, 'operation'>): void
  /** Of the whole load until now. */
  read(): WithOperations
}

/** Nothing of these requests was sent yet. */
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

/** The same of several generators of one load: what none of them sent. */
export function mergeOperations(records: readonly WithOperations[]): WithOperations {
  const [first, ...others] = records.flatMap(({ operations }) => operations ?? [])
  if (!first) return {}
  const unsent = first.unsent.filter((one) => others.every((other) => other.unsent.includes(one)))
  return { operations: { planned: first.planned, unsent } }
}
