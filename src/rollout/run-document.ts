import type { OpenApiFacts } from '../load/openapi-facts.ts'
import type { RunFacts } from './run-facts.ts'
import type { Verdict } from './verdict.ts'

/** What a run was, and what it came to. */
export interface JudgedRun extends RunFacts {
  readonly verdict: Verdict
  /** What became of the document of `--openapi`; left out without the flag. */
  readonly openapi?: OpenApiFacts
}

/** The JSON document of `lastcall rehearse`. `schemaVersion` changes when a field changes its meaning. */
export interface RehearsalDocument extends JudgedRun {
  readonly schemaVersion: 2
  readonly kind: 'rehearsal'
  readonly command: readonly string[]
  /** Whether the command ran under `lastcall/auto` of the harness. */
  readonly auto: boolean
}

/** The JSON document of `lastcall rehearse --before-after`. The verdict is that of `after`. */
export interface BeforeAfterDocument {
  readonly schemaVersion: 2
  readonly kind: 'before-after'
  /** The command as it is. */
  readonly before: RehearsalDocument
  /** The same under `lastcall/auto`. */
  readonly after: RehearsalDocument
}

/** The JSON document of `lastcall rollout`. */
export interface RolloutDocument extends JudgedRun {
  readonly schemaVersion: 2
  readonly kind: 'rollout'
  /** As kubectl names it: `deployment/shop`. */
  readonly workload: string
  readonly namespace: string
  readonly context: string
  /** What the trigger `image` changed to; left out for others. */
  readonly toImage?: string
  /** The URL of `--url`; left out: the load went to the Service. */
  readonly url?: string
  /** Left out beside a URL where no single Service selects the pods. */
  readonly service?: string
  readonly port?: number
}
