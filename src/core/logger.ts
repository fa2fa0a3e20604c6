/**
 * What lastcall asks of a logger: pino's call shape, so a pino instance or Fastify's `app.log` can be passed
 * as it is.
 */
export interface Logger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
