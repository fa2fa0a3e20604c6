import { SECOND_SIGNAL_AFTER_MS } from '../../core/defaults.ts'
import type { SignalName } from '../../core/options.ts'
import type { Host } from '../host/host.ts'

/** What a lifecycle does about signals. */
export interface SignalListener {
  onFirst(signal: SignalName): void
  onSecond(signal: SignalName): void
}

/**
 * Listens for the signals until it is disposed of. The first signal begins the shutdown, and a second one of
 * any kind forces the exit. A second signal that follows at once is ignored: Ctrl-C through npm arrives
 * twice, from the terminal and from npm.
 */
export function installSignals(
  host: Pick<Host, 'clock' | 'process'>,
  signals: readonly SignalName[],
  listener: SignalListener,
): Disposable {
  let firstAt: number | null = null
  const onSignal = (signal: SignalName): void => {
    if (firstAt === null) {
      firstAt = host.clock.now()
      return listener.onFirst(signal)
    }
    if (host.clock.now() - firstAt >= SECOND_SIGNAL_AFTER_MS) listener.onSecond(signal)
  }
  const installed = [...new Set(signals)].map((signal) =>
    host.process.onSignal(signal, () => onSignal(signal)),
  )
  return {
    [Symbol.dispose]: () => {
      for (const entry of installed) entry[Symbol.dispose]()
    },
  }
}
