import type { Path } from './yaml/plain.ts'

/** Something to say about a place in a manifest. */
export interface Remark {
  readonly path: Path
  readonly message: string
}

/** Collects what stands in the way of a patch, and what a person should know about one. */
export interface Remarks {
  readonly problems: Remark[]
  readonly notes: Remark[]
}

/** None yet. */
export function noRemarks(): Remarks {
  return { problems: [], notes: [] }
}
