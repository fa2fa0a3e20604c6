import type { Document, Node } from 'yaml'
import type { Edit } from './edit.ts'
import type { Style } from './style.ts'

/** State of one pass through a document. */
export interface Pass {
  readonly text: string
  readonly style: Style
  readonly edits: Edit[]
  readonly tree: Document
  /** New values of anchored nodes. Their aliases change with them. */
  readonly willSay: Map<Node, unknown>
}

/** The position of a node: after a key or in a list, and within brackets or not. */
export interface Place {
  readonly key?: Node
  readonly isInFlow: boolean
}
