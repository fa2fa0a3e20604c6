import type { FastifyApp } from './types.ts'

/**
 * The instance that all others inherit from: Fastify makes a plugin's instance with `Object.create` of its
 * parent's.
 */
export function rootOf(app: FastifyApp): FastifyApp {
  let root = app
  while (!Object.hasOwn(root, 'listen')) root = Object.getPrototypeOf(root) as FastifyApp
  return root
}
