/**
 * Error of a failed health check. The response shows its `causes` as `error` and `details`.
 * @example
 * ```ts
 * import { HealthCheckError } from 'lastcall/terminus'
 *
 * export async function check(): Promise<void> {
 *   await pool.query('select 1').catch((error: unknown) => {
 *     throw new HealthCheckError('no database', [error])
 *   })
 * }
 * ```
 */
export class HealthCheckError extends Error {
  causes: unknown

  constructor(message: string, causes?: unknown) {
    super(message)
    this.causes = causes
  }
}
