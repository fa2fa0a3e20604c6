import type { LoadRecord } from './load-record.ts'

/** What became of the operations of an OpenAPI document, for reports. Plain JSON. */
export interface OpenApiFacts {
  /** The document, as the user named it. */
  readonly file: string
  /** What is sent, in the order of the document; before the load what is to be sent. */
  readonly sent: readonly {
    /** `GET /orders/{id}` */
    readonly operation: string
    /** The path with its values, and the query. */
    readonly path: string
  }[]
  /** What is not sent, in the order of the document. */
  readonly notSent: readonly {
    readonly operation: string
    readonly reason: string
    /** Whether its method is neither GET nor HEAD. */
    readonly unsafe: boolean
  }[]
}

/** The same after a load: without what its self-test left out, and what it did not come to. */
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
