/** Time between two looks of a generation at its own readiness. Milliseconds. */
const LOOK_MS = { untilReady: 100, whenReady: 500 } as const

/**
 * Looks at the readiness of a generation by itself: nobody probes it. The timer does not keep the process
 * alive.
 */
export class ReadinessWatch {
  readonly #look: () => Promise<string | null>
  readonly #tell: (problem: string | null) => void
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  /** Something changed during a look. */
  #again = false
  #isOver = false

  /**
   * @param look finds out why the process is not ready; null when it is. Never rejects.
   * @param tell called with the result of every look
   */
  constructor(look: () => Promise<string | null>, tell: (problem: string | null) => void) {
    this.#look = look
    this.#tell = tell
  }

  /** Looks now, and from then on again and again. */
  look(): void {
    if (this.#isOver) return
    if (this.#isLooking) this.#again = true
    else void this.#run()
  }

  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isLooking = true
    let problem: string | null
    do {
      this.#again = false
      problem = await this.#look()
    } while (this.#again && !this.#isOver)
    this.#isLooking = false
    if (this.#isOver) return
    this.#tell(problem)
    const ms = problem === null ? LOOK_MS.whenReady : LOOK_MS.untilReady
    this.#timer = setTimeout(() => this.look(), ms).unref()
  }
}
