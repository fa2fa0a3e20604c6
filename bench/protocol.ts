import type { Footprint } from './load/memory.ts'

/** What the parent may ask a child process, and what it gets back. Times are milliseconds. */
export interface Protocol {
  /** The port that the child's server listens on. */
  readonly port: { readonly ask: null; readonly answer: number }
  /** Microseconds of CPU, user and system, that the child has used so far. */
  readonly cpu: { readonly ask: null; readonly answer: number }
  /** Bytes of live objects in the child's heap; collects garbage first. */
  readonly heap: { readonly ask: null; readonly answer: number }
  /** Sends requests to a port of this machine, for this long, over this many connections. */
  readonly round: { readonly ask: RoundOrder; readonly answer: Round }
  /** What is left of so many recorded requests. */
  readonly footprint: { readonly ask: number; readonly answer: Footprint }
  /** Has a load generator send as much as it is told, or as it can. */
  readonly generate: { readonly ask: GenerateOrder; readonly answer: Generated }
  /** Opens this many connections, makes one request on each and keeps them open. Answers how many are. */
  readonly hold: { readonly ask: HoldOrder; readonly answer: number }
  /** How many of the held connections are open. */
  readonly held: { readonly ask: null; readonly answer: number }
  /** Gives up what is held. */
  readonly release: { readonly ask: null; readonly answer: null }
}

export type Question = keyof Protocol

/** What a server speaks: HTTP/1.1 plain or inside TLS, or HTTP/2 plain. */
export type Wire = 'http' | 'https' | 'http2'

export interface RoundOrder {
  readonly port: number
  readonly wire: Wire
  readonly connections: number
  readonly ms: number
}

export interface Round {
  readonly requests: number
  /** From the first request to the last answer. */
  readonly ms: number
}

/** Whether a connection serves many requests or one. */
export type Style = 'keep-alive' | 'new-connections'

export interface GenerateOrder {
  readonly port: number
  readonly style: Style
  /** Requests per second. A generator that waits for its answers sends what it can. */
  readonly rate: number
  readonly ms: number
}

export interface Generated {
  /** Whole answers with a status of success. */
  readonly requests: number
  readonly failed: number
  /** Requests of the plan that were not sent. */
  readonly unsent: number
  /** From the first request to the last answer. */
  readonly ms: number
}

export interface HoldOrder {
  readonly port: number
  readonly connections: number
}

/** A question on its way to the child. */
export interface Asked {
  readonly id: number
  readonly question: Question
  readonly detail: unknown
}

/** The child's answer, or what went wrong. */
export interface Answered {
  readonly id: number
  readonly answer?: unknown
  readonly error?: string
}
