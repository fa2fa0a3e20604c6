import type {} from 'fastify'
import type { Logger } from '../../core/logger.ts'
import type { LifecycleOptions } from '../../core/options.ts'
import type { Lifecycle, ServableServer } from '../../node/types.ts'

/** What the plugin uses of a Fastify 5 instance; its own type fits. */
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

/** Options of the plugin: those of a lifecycle that it makes, or the one that there is. */
export type LastcallOptions = LifecycleOptions | { readonly lifecycle: Lifecycle }

/** The plugin, as `app.register` takes it. */
export type LastcallPlugin = (app: FastifyApp, options: LastcallOptions) => Promise<void>

declare module 'fastify' {
  interface FastifyInstance {
    /** Added by `lastcall/fastify`. */
    readonly lifecycle: Lifecycle
  }
}
