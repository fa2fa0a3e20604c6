import { constants } from 'node:os'
import type { Logger } from '../../core/logger.ts'
import type { SignalName } from '../../core/options.ts'
import { errorText } from '../../node/guard/limit.ts'
import { pretendCount } from './listener-count.ts'

/** A listener for a signal, with Node's arguments. */
export type SignalHandler = (signal: SignalName, number: number) => unknown

/** The number of a signal. */
export function numberOf(signal: SignalName): number {
  return constants.signals[signal as NodeJS.Signals]
}

/**
 * The application's own listeners for a signal, in their order. A `once` listener removes itself when it is
 * called.
 */
export function applicationListeners(signal: SignalName): readonly SignalHandler[] {
  return split(signal).application
}

/**
 * Tells the program's runner about a signal that the application's listeners get later. Never throws, because
 * the shutdown has to begin. tsx, for one, kills its child when the signal is not acknowledged within 30 ms.
 * Its listener is hidden from the application and exits when it counts no other listener.
 */
export function tellRunner(signal: SignalName, logger: Logger): void {
  const { runner } = split(signal)
  if (runner.length === 0) return
  try {
    pretendCount(signal, 1, () => {
      for (const listener of runner) Reflect.apply(listener, process, [signal, numberOf(signal)])
    })
  } catch (error) {
    logger.warn({ signal, error: errorText(error) }, "lastcall: a runner's signal listener failed")
  }
}

/**
 * Separates the application's listeners from the runner's. A runner hides its listener from the application
 * on purpose, so `process.listeners()` does not show it.
 */
function split(signal: SignalName): Record<'application' | 'runner', readonly SignalHandler[]> {
  const shown = new Set<unknown>(process.listeners(signal as NodeJS.Signals))
  const raw = process.rawListeners(signal) as readonly unknown[] as readonly (SignalHandler & {
    readonly listener?: unknown
  })[]
  const isShown = (handler: (typeof raw)[number]): boolean => shown.has(handler.listener ?? handler)
  return { application: raw.filter(isShown), runner: raw.filter((handler) => !isShown(handler)) }
}
