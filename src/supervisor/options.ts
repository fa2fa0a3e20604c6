import type { Settings } from './machine/state.ts'

/** A socket that the supervisor holds. */
export type ListenSpec =
  /** `name=0.0.0.0:8080`. An empty host means every address, IPv6 too where there is IPv6. */
  | { readonly name: string; readonly host: string; readonly port: number }
  /** `name=unix:/run/shop.sock` */
  | { readonly name: string; readonly path: string }
  /** `name`: systemd has bound it (socket activation). */
  | { readonly name: string; readonly from: 'systemd' }

/** How a generation tells that it is ready. */
export type ReadyRule =
  /** lastcall in the program says so, on its channel. */
  | { readonly kind: 'lastcall' }
  /** A URL of the generation answers 200 to 399. For programs without lastcall. */
  | { readonly kind: 'url'; readonly url: string }
  /** It has run for this long. For programs without lastcall and without a health check. */
  | { readonly kind: 'alive'; readonly ms: number }

/** What `lastcall run` does. */
export interface SupervisorOptions {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly listen: readonly ListenSpec[]
  /** Whether each generation binds a socket of its own with SO_REUSEPORT, instead of inheriting one. */
  readonly reusePort: boolean
  readonly ready: ReadyRule
  readonly settings: Omit<Settings, 'preStart' | 'hammerAfterMs'>
  /** Null: the longest shutdown that a generation has announced, and 1 s. */
  readonly hammerAfterMs: number | null
  /** Least shutdown delay of a generation that is replaced. */
  readonly handOverMs: number
  /** Command that may refuse a restart; null for none. */
  readonly preStart: readonly string[] | null
  /** Files and folders whose change restarts. */
  readonly watch: readonly string[]
  /** Path of the control socket; null for none. */
  readonly control: string | null
  /** Null: no probe server. */
  readonly probes: { readonly host: string; readonly port: number } | null
}

export const DEFAULT_READY_TIMEOUT_MS = 60_000
export const DEFAULT_SOAK_MS = 5_000
/** Long enough for most pools of idle keep-alive connections to turn over. */
export const DEFAULT_HAND_OVER_MS = 5_000
export const DEFAULT_KILL_AFTER_MS = 1_000
export const DEFAULT_BACK_OFF = { firstMs: 100, maxMs: 10_000 } as const
export const DEFAULT_CRASH_LIMIT = 10
/** Of a generation that has not announced how long its shutdown takes. */
export const DEFAULT_HAMMER_AFTER_MS = 30_000
