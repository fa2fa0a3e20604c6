import type { LoadOptions } from '../load/load-options.ts'
import type { OpenApiFacts } from '../load/openapi-facts.ts'
import { plural } from '../rollout/numbers.ts'

/** How many operations are named. The JSON document has all of them. */
const SHOWN = 5

/**
 * Says which operations of the OpenAPI document are not sent, those with GET and HEAD first, and which lanes
 * send their own request instead.
 */
export function renderOpenApi(facts: OpenApiFacts, load: Pick<LoadOptions, 'lanes' | 'requests'>): string {
  return [...operationLines(facts), ...ownLines(load)].map((line) => `${line}\n`).join('')
}

function operationLines({ file, sent, notSent }: OpenApiFacts): readonly string[] {
  const operations = plural(sent.length + notSent.length, 'operation')
  const first = `${file}: ${sent.length} of ${operations} ${sent.length === 1 ? 'is' : 'are'} sent, in turn`
  if (notSent.length === 0) return [first]
  const lines = notSent
    .toSorted((one, other) => Number(one.unsafe) - Number(other.unsafe))
    .map(({ operation, reason }) => `  ${operation}: ${reason}`)
  const more = lines.length - SHOWN
  const rest = more > 0 ? [`  and ${more} more, which --json lists`] : []
  return [`${first}; not sent:`, ...lines.slice(0, SHOWN), ...rest]
}

function ownLines({ lanes, requests }: Pick<LoadOptions, 'lanes' | 'requests'>): readonly string[] {
  return lanes.flatMap((lane) => {
    const own = requests[lane]?.find(({ operation }) => operation === undefined)
    return own ? [`The lane ${lane} does not send them, but its own ${own.method} ${own.path}`] : []
  })
}
