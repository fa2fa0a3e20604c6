import type { RehearsalDocument, RolloutDocument } from '../rollout/run-document.ts'
import type { RunFacts } from '../rollout/run-facts.ts'
import { judgeRun } from '../rollout/verdict.ts'

/** Judges the facts and puts everything into the document that `--json` writes. */
export function toRehearsalDocument(facts: RunFacts, command: readonly string[]): RehearsalDocument {
  return { schemaVersion: 2, kind: 'rehearsal', command, verdict: judgeRun(facts), ...facts }
}

/** The same for a run in a cluster. */
export function toRolloutDocument(
  facts: RunFacts,
  about: Pick<RolloutDocument, 'workload' | 'namespace' | 'context' | 'url' | 'service' | 'port'>,
): RolloutDocument {
  return { schemaVersion: 2, kind: 'rollout', ...about, verdict: judgeRun(facts), ...facts }
}

/** A document as text, with a line end. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}
