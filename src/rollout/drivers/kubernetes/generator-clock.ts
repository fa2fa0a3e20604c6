import {
  type ClockBounds,
  type ClockBridge,
  createClockBridge,
  errorMsOf,
  instantOf,
} from './clock-bridge.ts'

/** The clock of a generator that does not observe. Its times are brought to the observer's clock first. */
export interface GeneratorClock extends ClockBridge {
  /** How wrong its times may be beside those of the observer, in milliseconds. */
  errorMs(): number
}

/**
 * A clock that is taken to agree with the observer's until the facts of both rule that out: the nodes of a
 * cluster mostly have the same time. Else their difference is the middle of what the facts allow.
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
