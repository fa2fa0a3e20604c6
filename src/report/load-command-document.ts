import type { LoadDocument as LoadResult } from '../load/load-document.ts'
import type { LoadOptions } from '../load/load-options.ts'
import type { OpenApiFacts } from '../load/openapi-facts.ts'
import type { ShownRequest } from '../load/plain-request.ts'
import type { LaneName } from '../load/sample.ts'
import type { Verdict } from '../rollout/verdict.ts'

/**
 * The options of the load. Leaves out the values of header fields and bodies, because they may be secrets.
 */
export interface ShownLoadOptions extends Omit<
  LoadOptions,
  'headers' | 'laneHeaders' | 'requests' | 'jobsTls'
> {
  readonly requests: Readonly<Record<LaneName, readonly ShownRequest[]>>
  /** Names of the header fields of all requests. */
  readonly headers: readonly string[]
  /** Names of additional fields of single lanes. */
  readonly laneHeaders: Readonly<Record<LaneName, readonly string[]>>
}

/** The JSON document of `lastcall load`. */
export interface LoadDocument extends LoadResult {
  readonly schemaVersion: 2
  readonly kind: 'load'
  readonly url: string
  readonly options: ShownLoadOptions
  /** What was used of the document of `--openapi`; absent without the flag. */
  readonly openapi?: OpenApiFacts
  readonly verdict: Omit<Verdict, 'smallestOutageMs' | 'unwatchedRestarts'>
}
