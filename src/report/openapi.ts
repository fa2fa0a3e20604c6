import type { OpenApiFacts } from '../load/openapi-facts.ts'
import { plural } from '../rollout/numbers.ts'

/** Operations that are named; the JSON document has all. */
const SHOWN = 5

/** Says which operations of the OpenAPI document are not sent, those with GET and HEAD first. */
export function renderOpenApi({ file, sent, notSent }: OpenApiFacts): string {
  const operations = plural(sent.length + notSent.length, 'operation')
  const first = `${file}: ${sent.length} of ${operations} ${sent.length === 1 ? 'is' : 'are'} sent, in turn`
  if (notSent.length === 0) return `${first}\n`
  const lines = notSent
    .toSorted((one, other) => Number(one.unsafe) - Number(other.unsafe))
    .map(({ operation, reason }) => `  ${operation}: ${reason}`)
  const more = lines.length - SHOWN
  const rest = more > 0 ? [`  and ${more} more, which --json lists`] : []
  return `${[`${first}; not sent:`, ...lines.slice(0, SHOWN), ...rest].join('\n')}\n`
}
