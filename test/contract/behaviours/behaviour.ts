import type { TestContext } from 'node:test'
import type { ServerDeclaration } from '../declaration.ts'
import type { Part } from '../part.ts'

/**
 * What holds for every server that speaks the protocol, seen in a shutdown that it shares with others. The
 * title names the trap that it is about.
 */
export interface Behaviour {
  readonly title: string
  readonly run: (part: Part) => Promise<void>
}

/** What needs a process of its own, because of how that ends. */
export interface LoneBehaviour {
  readonly title: string
  readonly run: (t: TestContext, server: ServerDeclaration) => Promise<void>
}
