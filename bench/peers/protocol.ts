/** What is served: HTTP/1, the same over TLS, HTTP/2 over TLS, HTTP/2 without. */
export type ServerKind = 'http' | 'https' | 'http2' | 'h2c'

/** How a host is started, as JSON in its only argument. */
export interface HostOrder {
  readonly adapter: string
  readonly serves: 'server' | 'fastify'
  readonly kind: ServerKind
  /** For the package's option for connections; its own default when null. */
  readonly graceMs: number | null
  /** How long the clean-up takes. */
  readonly cleanUpMs: number
  readonly listens: boolean
  /** Whether a timer goes on for ever, as one of an application's may. */
  readonly timerOpen: boolean
}

/**
 * Where in a turn of the event loop the server is stopped: where signals are heard, or in a timer, as after a
 * delay.
 */
export type LoopPhase = 'poll' | 'timers'

/**
 * What the parent tells a host. `stop` is the signal; `block` keeps the loop busy until the file is there,
 * and stops then.
 */
export type ToHost =
  { readonly type: 'stop' } | { readonly type: 'block'; readonly until: string; readonly phase: LoopPhase }

/** What a host tells its parent. */
export type FromHost =
  /** Set up; `port` is null when it does not listen. */
  | { readonly type: 'ready'; readonly port: number | null }
  /** A slow request has come to its handler. */
  | { readonly type: 'arrived' }
  | { readonly type: 'blocked' }
  /** `at` is the host's `Date.now()`: the message itself may come late. */
  | { readonly type: 'cleaningUp'; readonly at: number }
