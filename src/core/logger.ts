/**
 * What lastcall needs of a logger: pino's call signature. A pino instance or Fastify's `app.log` works as it
 * is.
 */
export interface Logger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
