/** What became of the operations of an OpenAPI document, for reports. Plain JSON. */
export interface OpenApiFacts {
  /** The document, as the user named it. */
  readonly file: string
  /** What is sent, in the order of the document. */
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
