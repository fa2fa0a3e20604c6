/** Thrown by a health check: what is in `causes` is shown in the response, as `error` and `details`. */
export class HealthCheckError extends Error {
  causes: unknown

  constructor(message: string, causes?: unknown) {
    super(message)
    this.causes = causes
  }
}
