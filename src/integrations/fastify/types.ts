import type {} from 'fastify'
import type { Logger } from '../../core/logger.ts'
import type { LifecycleOptions } from '../../core/options.ts'
import type { Lifecycle, ServableServer } from '../../node/types.ts'

/** The parts of a Fastify 5 instance that the plugin uses. Fastify's own type fits. */
export interface FastifyApp {
  readonly version: string
  readonly server: ServableServer
  readonly log: Logger
  readonly listen: unknown
  readonly close: unknown
  readonly addHook: unknown
  addresses(): readonly unknown[]
  decorate(name: 'lifecycle', value: Lifecycle): unknown
  hasDecorator(name: string): boolean
}

/** Options of the plugin: options for a new lifecycle, or an existing lifecycle. */
export type LastcallOptions = LifecycleOptions | { readonly lifecycle: Lifecycle }

/** The plugin, as `app.register` accepts it. */
export type LastcallPlugin = (app: FastifyApp, options: LastcallOptions) => Promise<void>

declare module 'fastify' {
  interface FastifyInstance {
    /** Added by `lastcall/fastify`. */
    readonly lifecycle: Lifecycle
  }
}
