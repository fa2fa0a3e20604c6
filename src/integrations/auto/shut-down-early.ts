import type { SignalName } from '../../core/options.ts'
import { untilQuiet } from '../../node/drain/accept-queue.ts'
import type { Lifecycle } from '../../node/types.ts'

/**
 * Shuts down because of a signal from before the start. Clients may have connected while this process was
 * loading. Their requests are read first, so that they count as in flight.
 */
export async function shutDownEarly(lifecycle: Lifecycle, signal: SignalName): Promise<void> {
  await untilQuiet(() =>
    lifecycle.snapshot().servers.reduce((sum, { connections: { active, idle } }) => sum + active + idle, 0),
  )
  await lifecycle.shutdown(signal)
}
