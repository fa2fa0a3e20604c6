import type { LoadRecord } from './load-record.ts'

/** Results of the operations in an OpenAPI document, for reports. Plain JSON. */
export interface OpenApiFacts {
  /** The document, under the name that the user gave. */
  readonly file: string
  /** Operations that are sent (before the load: will be sent), in the order of the document. */
  readonly sent: readonly {
    /** `GET /orders/{id}` */
    readonly operation: string
    /** The path with its values and the query. */
    readonly path: string
  }[]
  /** Operations that are not sent, in the order of the document. */
  readonly notSent: readonly {
    readonly operation: string
    readonly reason: string
    /** Whether its method is neither GET nor HEAD. */
    readonly unsafe: boolean
  }[]
}

/** The facts after a load, without the operations that its self-test left out or that it did not reach. */
export function afterLoad(
  facts: OpenApiFacts,
  { leftOutOperations, operations }: Pick<LoadRecord, 'leftOutOperations' | 'operations'>,
): OpenApiFacts {
  const gone = new Set([
    ...leftOutOperations.map(({ operation }) => operation),
    ...(operations?.unsent ?? []),
  ])
  return { ...facts, sent: facts.sent.filter(({ operation }) => !gone.has(operation)) }
}
