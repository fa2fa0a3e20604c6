import type { RehearsalDocument } from '../rollout/rehearsal-document.ts'
import type { RehearsalFacts } from '../rollout/rehearsal-facts.ts'
import { judgeRehearsal } from '../rollout/verdict.ts'

/** Judges the facts and puts everything into the document that `--json` writes. */
export function toRehearsalDocument(facts: RehearsalFacts, command: readonly string[]): RehearsalDocument {
  return { schemaVersion: 2, kind: 'rehearsal', command, verdict: judgeRehearsal(facts), ...facts }
}

/** A document as text, with a line end. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}
