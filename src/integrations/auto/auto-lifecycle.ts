import type { Host } from '../../node/host/host.ts'
import { createLifecycle } from '../../node/lifecycle/create-lifecycle.ts'
import { metricsText } from '../../node/lifecycle/metrics-text.ts'
import type { Lifecycle } from '../../node/types.ts'

/**
 * The lifecycle of an application that does not know about it. It serves its own metrics, because the
 * application has no registry for them.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
 */
export function createAutoLifecycle(host: Host): Lifecycle {
  const lifecycle = createLifecycle({ exitAfter: 'any' }, host)
  lifecycle.endpoint('/metrics', () => metricsText(lifecycle.snapshot()))
  return lifecycle
}
