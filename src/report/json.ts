import type { LoadDocument as LoadResult } from '../load/load-document.ts'
import type { LoadOptions } from '../load/load-options.ts'
import { afterLoad, type OpenApiFacts } from '../load/openapi-facts.ts'
import { withoutSecrets } from '../load/plain-request.ts'
import { judgeLoad } from '../rollout/load-verdict.ts'
import { autoNotes } from '../rollout/readiness-notes.ts'
import type { BeforeAfterDocument, RehearsalDocument, RolloutDocument } from '../rollout/run-document.ts'
import type { RunFacts } from '../rollout/run-facts.ts'
import { judgeRun } from '../rollout/verdict.ts'
import type { LoadDocument, ShownLoadOptions } from './load-command-document.ts'

/** Settings of a rehearsal. */
interface RehearsalFacts {
  readonly auto?: boolean
  readonly openapi?: OpenApiFacts | undefined
}

/** Judges the facts and builds the document that `--json` writes. */
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

/** Judges a load without a rollout, and builds the document of `lastcall load`. */
export function toLoadDocument(
  result: LoadResult,
  { url, load, openapi }: { url: URL; load: LoadOptions; openapi?: OpenApiFacts | undefined },
): LoadDocument {
  return {
    schemaVersion: 2,
    kind: 'load',
    url: url.href,
    options: withoutValues(load),
    ...(openapi && { openapi: afterLoad(openapi, result) }),
    verdict: judgeLoad(result),
    ...result,
  }
}

/**
 * Removes the values of header fields and bodies: they may be secrets, which do not belong into a results
 * file. Removes the certificates of the producer, because they would fill it.
 */
function withoutValues(options: LoadOptions): ShownLoadOptions {
  const { laneHeaders, headers, requests, jobsTls: _jobsTls, ...load } = options
  return {
    ...load,
    requests: mapValues(requests, (each) => each.map(withoutSecrets)),
    headers: Object.keys(headers),
    laneHeaders: mapValues(laneHeaders, Object.keys),
  }
}

function mapValues<Value, Other>(
  values: Readonly<Record<string, Value>>,
  toOther: (value: Value) => Other,
): Readonly<Record<string, Other>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toOther(value)]))
}

// No clock of a run is more exact, and no reader needs more digits.
const toTenths = (key: string, value: unknown): unknown =>
  typeof value === 'number' && /(?:^ms|Ms)$/.test(key) ? Math.round(value * 10) / 10 : value

/** A document as JSON, with times rounded to tenths of a millisecond and a final line end. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, toTenths, 2)}\n`
}
