import type { Path } from './yaml/plain.ts'

/** Something to say about a place in a manifest. */
export interface Remark {
  readonly path: Path
  readonly message: string
}

/** Collects the problems that prevent a patch, and the notes for the user. */
export interface Remarks {
  readonly problems: Remark[]
  readonly notes: Remark[]
}

/** None yet. */
export function noRemarks(): Remarks {
  return { problems: [], notes: [] }
}
