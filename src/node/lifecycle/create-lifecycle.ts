import { channel } from 'node:diagnostics_channel'
import { refuseOldNode } from '../../core/node-version.ts'
import { type LifecycleOptions, resolveOptions } from '../../core/options.ts'
import { type Host, realHost } from '../host/host.ts'
import { guardedLogger, stderrLogger } from '../host/stderr-logger.ts'
import type * as types from '../types.ts'
import { environmentFor } from './environment.ts'
import { NodeLifecycle } from './lifecycle.ts'

/**
 * Found by name, not by import: `lastcall/auto` may come from another copy of the package than the
 * application's own lifecycle.
 */
const created = channel('lastcall:lifecycle:created')

/**
 * Creates a lifecycle. Nothing is installed or started before its `start()`.
 * @param options see {@link LifecycleOptions}; missing options come from `LASTCALL_*` variables, then from
 *   the defaults
 * @param host the process around it; tests pass their own
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once, `LASTCALL_NODE_VERSION`
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createLifecycle } from 'lastcall'
 *
 * const lifecycle = createLifecycle({ drainTimeoutMs: 20_000 })
 * lifecycle.serve(createServer((_, response) => response.end('hello')).listen(8080))
 * lifecycle.check('database', () => pool.query('select 1'))
 * lifecycle.onStop('database', () => pool.end())
 * await lifecycle.start()
 * ```
 */
export function createLifecycle(options: LifecycleOptions = {}, host: Host = realHost()): types.Lifecycle {
  refuseOldNode(host.process.versions ?? {})
  const { options: resolved, notices } = resolveOptions(options, environmentFor(options, host.process.env))
  const logger = guardedLogger(resolved.logger ?? stderrLogger(host))
  for (const { message, ...details } of notices) logger.warn(details, message)
  const waits = options.shutdownDelayMs !== undefined
  const lifecycle = new NodeLifecycle(resolved, host, logger, waits)
  created.publish({ lifecycle })
  return lifecycle
}
