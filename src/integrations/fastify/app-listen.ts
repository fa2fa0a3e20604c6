import type { Server } from 'node:net'
import { LastcallError } from '../../core/errors.ts'
import { isDrainOver, isShuttingDown } from '../../core/state.ts'
import { redirectListen } from '../../node/supervised/redirect-listen.ts'
import type { Lifecycle } from '../../node/types.ts'
import type { AppClose } from './app-close.ts'
import { serveSecondaryServers } from './secondary-servers.ts'
import type { FastifyApp } from './types.ts'

type Listen = (...args: unknown[]) => unknown
type AddHook = (name: string, hook: () => Promise<void>) => unknown

/**
 * Starts the lifecycle at the first `app.listen()`. Signals are handled at once, because plugins may take
 * long to load. The port opens only after the probe server, so readiness is red before the first connection.
 * A plugin that is registered without `await` loads within `listen()`, too late to wrap it; then the server's
 * own `listen` starts the lifecycle.
 */
export function interceptListen(app: FastifyApp, lifecycle: Lifecycle, close: AppClose): void {
  const start = startOnce(lifecycle)
  interceptServer(app.server as Server, lifecycle, close, start)
  const addHook = app.addHook as AddHook
  Reflect.apply(addHook, app, ['onListen', async () => serveSecondaryServers(app, lifecycle, close)])
  const native = app.listen as Listen
  const listen: Listen = function listen(this: unknown, ...args) {
    // An error appears in the server's listen, like that of a port in use.
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
        // The shutdown has already begun: a port that opens now would close under its first client.
        if (isShuttingDown(lifecycle.state)) return
        close.moveHookToFront()
        if (!redirectListen(server, args)) Reflect.apply(native, server, args)
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
      // The application has started it, or another app that shares it has.
      if (error instanceof LastcallError && error.code === 'LASTCALL_ALREADY_STARTED') return
      started = null
      throw error
    })
    return started
  }
}

/**
 * Waits for the end of a shutdown that begins during `listen()`. Resolves to an empty text, like Fastify's
 * `listen()` when its own signal aborts it.
 */
async function endOf(lifecycle: Lifecycle): Promise<string> {
  if (isDrainOver(lifecycle.state)) return new Promise(() => {})
  await lifecycle.once('shutdownInitiated')
  await lifecycle.shutdown()
  return ''
}
