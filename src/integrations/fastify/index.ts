/**
 * The plugin for Fastify.
 * @module lastcall/fastify
 */
export { lastcall } from './plugin.ts'
export type { FastifyApp, LastcallOptions, LastcallPlugin } from './types.ts'
