/** The time source of a lifecycle. */
export interface Clock {
  /** Wall-clock milliseconds that never go backwards within a process. */
  now(): number
  /** Runs the callback later. The timer keeps the process alive; otherwise a deadline might never fire. */
  startTimer(ms: number, callback: () => void): Disposable
}

/** The clock of real programs. */
export const realClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  startTimer: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}
