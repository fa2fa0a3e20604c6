import type { Server } from 'node:net'
import { LastcallError } from '../../core/errors.ts'
import { isDrainOver, isShuttingDown } from '../../core/state.ts'
import type { Lifecycle } from '../../node/types.ts'
import type { AppClose } from './app-close.ts'
import { serveSecondaryServers } from './secondary-servers.ts'
import type { FastifyApp } from './types.ts'

type Listen = (...args: unknown[]) => unknown
type AddHook = (name: string, hook: () => Promise<void>) => unknown

/**
 * Starts the lifecycle with the first `app.listen()`: signals at the call, because plugins may take their
 * time to load; the port only when the probe server is up, so that readiness is red before the first
 * connection. A plugin that is registered without `await` is loaded within `listen()`, too late to wrap that;
 * it is the server's `listen` that starts the lifecycle then.
 */
export function interceptListen(app: FastifyApp, lifecycle: Lifecycle, close: AppClose): void {
  const start = startOnce(lifecycle)
  interceptServer(app.server as Server, lifecycle, close, start)
  const addHook = app.addHook as AddHook
  Reflect.apply(addHook, app, ['onListen', async () => serveSecondaryServers(app, lifecycle, close)])
  const native = app.listen as Listen
  const listen: Listen = function listen(this: unknown, ...args) {
    // What goes wrong comes out of the server's listen, as with a port that is taken.
    start().catch(() => {})
    const listening = Reflect.apply(native, this, args)
    return listening instanceof Promise ? Promise.race([listening, endOf(lifecycle)]) : listening
  }
  Object.assign(app, { listen })
}

function interceptServer(
  server: Server,
  lifecycle: Lifecycle,
  close: AppClose,
  start: () => Promise<void>,
): void {
  const native = server.listen as Listen
  const listen: Listen = (...args) => {
    start().then(
      () => {
        // The shutdown came first: a port that is opened now would be closed under its first client.
        if (isShuttingDown(lifecycle.state)) return
        close.moveHookToFront()
        Reflect.apply(native, server, args)
      },
      (error: unknown) => server.emit('error', error),
    )
    return server
  }
  Object.assign(server, { listen })
}

function startOnce(lifecycle: Lifecycle): () => Promise<void> {
  let started: Promise<void> | null = null
  return () => {
    started ??= lifecycle.start().catch((error: unknown) => {
      // Somebody started it by hand, or another app that shares it did.
      if (error instanceof LastcallError && error.code === 'LASTCALL_ALREADY_STARTED') return
      started = null
      throw error
    })
    return started
  }
}

/**
 * Resolves when a shutdown that comes in the middle of `listen()` is over, to what Fastify says when its own
 * signal aborts it: nothing listens.
 */
async function endOf(lifecycle: Lifecycle): Promise<string> {
  if (isDrainOver(lifecycle.state)) return new Promise(() => {})
  await lifecycle.once('shutdownInitiated')
  await lifecycle.shutdown()
  return ''
}
