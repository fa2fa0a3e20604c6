import { afterLoad, type OpenApiFacts } from '../load/openapi-facts.ts'
import { autoNotes } from '../rollout/readiness-notes.ts'
import type { BeforeAfterDocument, RehearsalDocument, RolloutDocument } from '../rollout/run-document.ts'
import type { RunFacts } from '../rollout/run-facts.ts'
import { judgeRun } from '../rollout/verdict.ts'

/** What a rehearsal was, besides what happened in it. */
interface RehearsalFacts {
  readonly auto?: boolean
  readonly openapi?: OpenApiFacts | undefined
}

/** Judges the facts and puts everything into the document that `--json` writes. */
export function toRehearsalDocument(
  facts: RunFacts,
  command: readonly string[],
  { auto = false, openapi }: RehearsalFacts = {},
): RehearsalDocument {
  const judged = judgeRun(facts)
  const verdict = auto ? { ...judged, notes: [...judged.notes, ...autoNotes(facts.pods)] } : judged
  const document = openapi && { openapi: afterLoad(openapi, facts.load) }
  return { schemaVersion: 2, kind: 'rehearsal', command, auto, ...document, verdict, ...facts }
}

/** Both runs of `--before-after` in one document. */
export function toBeforeAfterDocument(
  before: RehearsalDocument,
  after: RehearsalDocument,
): BeforeAfterDocument {
  return { schemaVersion: 2, kind: 'before-after', before, after }
}

/** The same for a run in a cluster. */
export function toRolloutDocument(
  facts: RunFacts,
  {
    openapi,
    ...about
  }: Pick<
    RolloutDocument,
    'workload' | 'namespace' | 'context' | 'toImage' | 'url' | 'openapi' | 'service' | 'port'
  >,
): RolloutDocument {
  const document = openapi && { openapi: afterLoad(openapi, facts.load) }
  return { schemaVersion: 2, kind: 'rollout', ...about, ...document, verdict: judgeRun(facts), ...facts }
}

/** A document as text, with a line end. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}
