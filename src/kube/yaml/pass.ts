import type { Document, Node } from 'yaml'
import type { Edit } from './edit.ts'
import type { Style } from './style.ts'

/** What is known while one document is gone through. */
export interface Pass {
  readonly text: string
  readonly style: Style
  readonly edits: Edit[]
  readonly tree: Document
  /** What anchored nodes will say: aliases of them change along with them. */
  readonly willSay: Map<Node, unknown>
}

/** Where a node stands: behind a key, or in a list; and whether within brackets. */
export interface Place {
  readonly key?: Node
  readonly isInFlow: boolean
}
