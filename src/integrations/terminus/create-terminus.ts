import { realHost } from '../../node/host/host.ts'
import type { ServableServer } from '../../node/types.ts'
import { TerminusGroup } from './group.ts'
import type { TerminusOptions } from './types.ts'

/** One group for the process, because signals and the exit concern the whole process. */
let group: TerminusGroup | undefined

/**
 * `createTerminus` of @godaddy/terminus 4.12, implemented with a lifecycle: health checks on the server's own
 * port, and a shutdown at the signal.
 *
 * At the signal, health checks begin to fail, and `beforeShutdown` runs while requests are still served with
 * `Connection: close`. Then the server drains, `onSignal` and `onShutdown` run, and the process ends. It ends
 * by the signal; with 0 if `useExit0` is set or the signal has no effect (PID 1); with 1 if something was
 * force-closed or a function of yours failed. All servers of a process shut down together. A second signal
 * forces the exit. Times for which terminus has no option come from the environment, as with
 * `createLifecycle()`. A probe server opens only if `LASTCALL_PROBE_PORT` is set.
 *
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS`, `LASTCALL_NOT_A_SERVER`, `LASTCALL_SERVER_TAKEN`
 * @returns the server
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createTerminus } from 'lastcall/terminus'
 *
 * const server = createServer((_, response) => response.end('hello'))
 * createTerminus(server, {
 *   healthChecks: { '/readyz': () => pool.query('select 1') },
 *   onSignal: () => pool.end(),
 * })
 * server.listen(8080)
 * ```
 */
export function createTerminus<T extends ServableServer>(server: T, options: TerminusOptions = {}): T {
  group ??= new TerminusGroup(realHost())
  return group.add(server, options)
}
