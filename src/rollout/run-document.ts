import type { OpenApiFacts } from '../load/openapi-facts.ts'
import type { RunFacts } from './run-facts.ts'
import type { Verdict } from './verdict.ts'

/** The facts of a run and its verdict. */
export interface JudgedRun extends RunFacts {
  readonly verdict: Verdict
  /** Results of the document of `--openapi`; absent without the flag. */
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
  /** The command without `lastcall/auto`. */
  readonly before: RehearsalDocument
  /** The command under `lastcall/auto`. */
  readonly after: RehearsalDocument
}

/** The JSON document of `lastcall rollout`. */
export interface RolloutDocument extends JudgedRun {
  readonly schemaVersion: 2
  readonly kind: 'rollout'
  /** In kubectl's form: `deployment/shop`. */
  readonly workload: string
  readonly namespace: string
  readonly context: string
  /** The image that the trigger `image` set; absent for other triggers. */
  readonly toImage?: string
  /** The URL of `--url`; absent: the load went to the Service. */
  readonly url?: string
  /** Absent with a URL if no single Service selects the pods. */
  readonly service?: string
  readonly port?: number
}
