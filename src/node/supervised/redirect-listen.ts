import type { Server } from 'node:net'
import { resolve } from 'node:path'
import { type ListenTarget, listenTarget, socketFor } from '../../core/inherited-sockets.ts'
import type { SupervisedSocket } from '../../core/supervision.ts'
import { supervised } from './supervised.ts'

/**
 * Gives a server the supervisor's socket that its `listen()` names by port or path. The server then waits,
 * and its callback and its 'listening' event come as usual.
 * @param args of `server.listen()`
 * @returns false when nothing is done: this process is no generation, no socket is meant, or it is taken
 */
export function redirectListen(server: Server, args: readonly unknown[]): boolean {
  const here = supervised()
  if (here === null || server.listening) return false
  const target = listenTarget(args)
  const socket = target && socketFor(absolute(target), here.sockets.map(absolute))
  if (!socket || !here.isFree(socket.name)) return false
  const callback = args.at(-1)
  if (typeof callback === 'function') server.once('listening', callback as () => void)
  closeOnAbort(server, signalOf(args[0]))
  try {
    here.take(socket.name, server, { backlog: backlogOf(args) })
  } catch (error) {
    process.nextTick(() => server.emit('error', error))
  }
  return true
}

function absolute<T extends ListenTarget | SupervisedSocket>(place: T): T {
  const path = 'path' in place ? place.path : undefined
  // The name of an abstract socket (unix(7)) is no file.
  return path === undefined || path.startsWith('\0') ? place : { ...place, path: resolve(path) }
}

/** Of `(port, backlog)`, `(port, host, backlog)` or `({ backlog })`. */
function backlogOf([first, second, third]: readonly unknown[]): number | undefined {
  const { backlog } = Object(first) as { readonly backlog?: unknown }
  return [backlog, second, third].find((value): value is number => typeof value === 'number')
}

function signalOf(first: unknown): AbortSignal | undefined {
  const { signal } = Object(first) as { readonly signal?: unknown }
  return signal instanceof AbortSignal ? signal : undefined
}

/** As Node does for the `signal` of `server.listen()`. */
function closeOnAbort(server: Server, signal: AbortSignal | undefined): void {
  if (!signal) return
  const close = (): void => void server.close()
  if (signal.aborted) process.nextTick(close)
  signal.addEventListener('abort', close, { once: true })
  server.once('close', () => signal.removeEventListener('abort', close))
}
