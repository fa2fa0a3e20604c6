import type { OpenApiFacts } from '../../load/openapi-facts.ts'
import type { PlainRequest } from '../../load/plain-request.ts'
import type { FlagReader } from '../flag-reader.ts'
import { requestFlags } from '../request-flags.ts'
import { readDocument } from './document.ts'
import { DocumentError } from './document-error.ts'
import { operationsOf } from './operations.ts'

/** The result of `--openapi`. */
export interface ReadOpenApi {
  readonly requests: readonly PlainRequest[]
  readonly facts: OpenApiFacts
}

/** How many operations an error names. */
const SHOWN = 3

/**
 * Reads the document of `--openapi`. Returns undefined without the flag, and for an unusable document, which
 * adds a problem.
 * @param place directory for relative files, and `--url`, whose path wins over the document's
 */
export function readOpenApi(
  reader: FlagReader,
  { cwd, url }: { readonly cwd: string; readonly url?: Pick<URL, 'pathname' | 'search'> | undefined },
): ReadOpenApi | undefined {
  if (!reader.has('openapi')) return undefined
  for (const flag of requestFlags.filter((one) => reader.has(one))) {
    reader.problems.push(`--${flag}: describes one request, and --openapi many; leave one of them out`)
  }
  // The query may be an API key, and the operations would lose it.
  if (url && url.search !== '') {
    reader.problems.push('--url: its query is not sent with --openapi; leave it out')
  }
  const file = reader.text('openapi', '')
  const basePath = url && url.pathname !== '/' ? url.pathname.replace(/\/+$/, '') : undefined
  const names = reader.list('header').map((field) => field.split(':', 1)[0]?.trim().toLowerCase() ?? '')
  try {
    const root = readDocument(file, cwd)
    const { requests, notSent } = operationsOf(root, { headerNames: new Set(names), basePath })
    if (requests.length === 0) throw new DocumentError(noneLeft(notSent))
    const sent = requests.map(({ operation = '', path }) => ({ operation, path }))
    return { requests, facts: { file, sent, notSent } }
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    reader.problems.push(`--openapi: '${file}' ${error.message}`)
    return undefined
  }
}

function noneLeft(notSent: OpenApiFacts['notSent']): string {
  const safe = notSent.filter(({ unsafe }) => !unsafe)
  if (safe.length === 0) return 'has no operation with GET or HEAD; name a request with --path and --method'
  const reasons = safe.slice(0, SHOWN).map(({ operation, reason }) => `${operation}: ${reason}`)
  const more = safe.length > SHOWN ? `, and ${safe.length - SHOWN} more` : ''
  return `has no operation that can be sent: ${reasons.join('; ')}${more}`
}
