import type { SignalName } from '../../core/options.ts'
import { untilQuiet } from '../../node/drain/accept-queue.ts'
import type { Lifecycle } from '../../node/types.ts'

/**
 * Shuts down because of a signal from before the start. Clients have connected already while this process was
 * loading: what they have sent is read first, so that it counts as in flight.
 */
export async function shutDownEarly(lifecycle: Lifecycle, signal: SignalName): Promise<void> {
  await untilQuiet(() =>
    lifecycle.snapshot().servers.reduce((sum, { connections: { active, idle } }) => sum + active + idle, 0),
  )
  await lifecycle.shutdown(signal)
}
