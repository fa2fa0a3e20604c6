/** One connection that asks for `/` again and again, one request at a time. */
export interface Lane {
  /**
   * Asks until the time (of `performance.now()`) is over. Resolves to the number of answers, the last one
   * complete; rejects when one is not.
   */
  run(until: number): Promise<number>
}

/** Opens a lane. */
export type OpenLane = (port: number, onClose: () => void) => Promise<Lane>
