import {
  type ClockBounds,
  type ClockBridge,
  createClockBridge,
  errorMsOf,
  instantOf,
} from './clock-bridge.ts'

/** The clock of a generator that does not observe. Converts its times to the observer's clock first. */
export interface GeneratorClock extends ClockBridge {
  /** Possible error of its times relative to the observer's, in milliseconds. */
  errorMs(): number
}

/**
 * Creates a clock that counts as equal to the observer's until the facts of both rule that out, because the
 * nodes of a cluster mostly have the same time. After that, the difference is the middle of the possible
 * range.
 */
export function createGeneratorClock(observer: ClockBridge): GeneratorClock {
  const own = createClockBridge()
  const apart = (): ClockBounds => {
    const [one, other] = [own.bounds(), observer.bounds()]
    return { leastMs: one.leastMs - other.mostMs, mostMs: one.mostMs - other.leastMs }
  }
  const pastObserverMs = (): number => {
    const { leastMs, mostMs } = apart()
    return leastMs <= 0 && mostMs >= 0 ? 0 : (leastMs + mostMs) / 2
  }
  const aheadMs = (): number => observer.aheadMs() + pastObserverMs()
  return {
    heard: own.heard,
    caused: own.caused,
    bounds: own.bounds,
    aheadMs,
    toHere: (agentMs, now) => instantOf(agentMs - aheadMs(), now),
    errorMs: () => Math.ceil(errorMsOf(pastObserverMs(), apart())),
  }
}
