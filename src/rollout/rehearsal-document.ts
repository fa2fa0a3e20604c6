import type { RehearsalFacts } from './rehearsal-facts.ts'
import type { Verdict } from './verdict.ts'

/** The JSON document of `lastcall rehearse`. `schemaVersion` changes when a field changes its meaning. */
export interface RehearsalDocument extends RehearsalFacts {
  readonly schemaVersion: 2
  readonly kind: 'rehearsal'
  readonly command: readonly string[]
  readonly verdict: Verdict
}
