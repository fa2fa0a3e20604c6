import { LastcallError } from '../../core/errors.ts'
import { type Peer, refuseOldPeer } from '../../core/peer.ts'
import type { Lifecycle } from '../../node/types.ts'
import { createLifecycle } from '../../node/lifecycle/create-lifecycle.ts'
import { AppClose } from './app-close.ts'
import { interceptListen } from './app-listen.ts'
import { rootOf } from './root.ts'
import type { FastifyApp, LastcallOptions, LastcallPlugin } from './types.ts'

const peer: Peer = { name: 'fastify', oldest: '5.0.0', install: 'fastify@5' }

/**
 * Options that Fastify itself reads from any `register`, and options that plugin loaders add on their own.
 */
const registerOptions: ReadonlySet<string> = new Set(['prefix', 'logLevel', 'logSerializers'])

async function plugin(app: FastifyApp, options: LastcallOptions): Promise<void> {
  refuseOldPeer(peer, app.version)
  if (app.hasDecorator('lifecycle')) {
    throw new LastcallError('LASTCALL_DUPLICATE_NAME', [
      'app.lifecycle already exists; register lastcall once, or remove the other decorator',
    ])
  }
  const lifecycle = lifecycleFrom(app, options)
  // Serves the server now, so that a lifecycle started by hand waits for it as well.
  lifecycle.serve(app.server)
  app.decorate('lifecycle', lifecycle)
  const root = rootOf(app)
  const close = new AppClose(root, lifecycle)
  interceptListen(root, lifecycle, close)
}

/**
 * The Fastify plugin: `await app.register(lastcall, options)`. Adds `app.lifecycle`, drains every server of
 * the app, and makes `app.close()` begin the shutdown.
 *
 * - `app.listen()` installs the signal handlers and opens the probe server. An app that only uses
 *   `app.inject()` installs and opens nothing.
 * - `app.close()` runs the shutdown, with delay and drain, and resolves at its end; the process goes on. A
 *   signal does the same and ends the process.
 * - Fastify's own close, with its `preClose` and `onClose` hooks, runs as a stop hook: after the last
 *   response, and before every hook that was registered before listening. It cannot run earlier, because it
 *   answers every new request with 503. WebSockets, which have to end earlier, can use
 *   `app.lifecycle.signal`.
 * - Options are those of `createLifecycle`, with `app.log` as the default logger; or `{ lifecycle }` to use
 *   an existing one.
 *
 * Rejects with `LASTCALL_UNSUPPORTED_PEER`, `LASTCALL_INVALID_OPTIONS`, `LASTCALL_DUPLICATE_NAME`;
 * `app.listen()` rejects with `LASTCALL_PROBE_PORT`.
 * @example
 * ```ts
 * import fastify from 'fastify'
 * import { lastcall } from 'lastcall/fastify'
 *
 * const app = fastify({ logger: true })
 * await app.register(lastcall, { drainTimeoutMs: 20_000 })
 * app.get('/', () => 'hello')
 * await app.listen({ port: 8080, host: '0.0.0.0' })
 * ```
 */
export const lastcall: LastcallPlugin = Object.assign(plugin, {
  // Like fastify-plugin: the decorator belongs to the instance that registers the plugin, not to a child
  // (Fastify docs, "Plugins guide").
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'lastcall',
  // Without a version: otherwise Fastify itself would refuse the plugin, with a message that gives no remedy.
  [Symbol.for('plugin-meta')]: { name: 'lastcall' },
})

function lifecycleFrom(app: FastifyApp, options: LastcallOptions): Lifecycle {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !registerOptions.has(name)))
  if (!('lifecycle' in options)) return createLifecycle({ ...own, logger: options.logger ?? app.log })
  const others = Object.keys(own).filter((name) => name !== 'lifecycle')
  const problems = [
    ...(typeof options.lifecycle?.serve === 'function'
      ? []
      : ['lifecycle: wanted what createLifecycle() returned; leave it out to create one']),
    ...(others.length === 0
      ? []
      : [`${others.join(', ')}: the lifecycle has its options already; pass them to createLifecycle()`]),
  ]
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  return options.lifecycle
}
