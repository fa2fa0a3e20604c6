import type { FastifyApp } from './types.ts'

/**
 * The instance from which all others inherit: Fastify creates a plugin's instance with `Object.create` of its
 * parent.
 */
export function rootOf(app: FastifyApp): FastifyApp {
  let root = app
  while (!Object.hasOwn(root, 'listen')) root = Object.getPrototypeOf(root) as FastifyApp
  return root
}
