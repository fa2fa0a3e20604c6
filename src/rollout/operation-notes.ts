import type { WithOperations } from '../load/sent-operations.ts'
import { count, plural } from './numbers.ts'

/** Limit of named operations; the JSON document has all. */
const SHOWN = 5

/** Reports the operations of the OpenAPI document that a load did not reach. */
export function operationNotes({ operations }: WithOperations): readonly string[] {
  if (!operations || operations.unsent.length === 0) return []
  const { planned, unsent } = operations
  const more = unsent.length - SHOWN
  const names = [...unsent.slice(0, SHOWN), ...(more > 0 ? [`and ${count(more)} more`] : [])]
  const were = unsent.length === 1 ? 'was' : 'were'
  return [
    `${count(unsent.length)} of ${plural(planned, 'operation')} ${were} never sent: ` +
      `${names.join(', ')}; give it more time with --duration or a higher --rate`,
  ]
}
