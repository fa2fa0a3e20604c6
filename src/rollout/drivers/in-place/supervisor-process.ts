import { setTimeout as sleep } from 'node:timers/promises'
import type { LastcallError } from '../../../core/errors.ts'
import { supervisionVariables } from '../../../core/supervision.ts'
import type { SupervisorStatus } from '../../../core/supervisor-status.ts'
import { type ChildGroup, startChildGroup } from '../../../process/child-group.ts'
import { askSupervisor } from '../../../process/control-client.ts'
import type { Timeline } from '../../timeline.ts'
import { findTakenPort } from '../shared/taken-port.ts'
import { within } from '../shared/within.ts'
import { GenerationPods } from './generation-pods.ts'
import {
  type InPlaceOptions,
  type InPlaceSite,
  supervisorCommand,
  supervisorEnvironment,
} from './in-place-options.ts'
import { describeSilence, describeSupervisorExit, type FailedStart, failedStart } from './start-problem.ts'

/** Short against every step of a restart. */
const PERIOD_MS = 100
/** After this time the run reports what the first generation lacks to be ready. */
const HINT_AFTER_MS = 5_000
/** The supervisor's own time-out comes first. This one is for a supervisor that says nothing at all. */
const ANSWER_MS = 5_000
/** A supervisor that is stopped gets this long to end by itself. Nothing that it runs matters any more. */
const STOP_MS = 500

/** `lastcall run` as a child process, and its generations as far as it tells of them. */
export class SupervisorProcess {
  readonly pods: GenerationPods
  readonly #process: ChildGroup
  readonly #options: InPlaceOptions
  readonly #site: InPlaceSite
  readonly #timeline: Timeline
  readonly #closing = new AbortController()
  #status: SupervisorStatus | undefined
  #looking: Promise<void> = Promise.resolve()
  #news = Promise.withResolvers<void>()

  /** Starts it. */
  constructor(options: InPlaceOptions, site: InPlaceSite, timeline: Timeline) {
    this.#options = options
    this.#site = site
    this.#timeline = timeline
    this.#process = startChildGroup({
      command: supervisorCommand(options, site),
      cwd: options.cwd,
      env: supervisorEnvironment(options, site),
      // No other run has this path.
      mark: supervisionVariables.control,
      onLine: (line) => this.pods.hear(line),
    })
    this.pods = new GenerationPods({ timeline, output: this.#process.output })
    void this.#watch()
    void this.#process.exited.then((exit) => {
      if (this.#isClosed) return
      timeline.record('notice', { detail: describeSupervisorExit(exit) })
      this.pods.lose()
      this.#wake()
    })
  }

  /** Resolves when the first generation serves. Rejects with `LASTCALL_APP_NOT_READY` when it does not. */
  async serves(): Promise<void> {
    const { readyTimeoutMs } = this.#options
    const hint = setTimeout(() => {
      this.#timeline.record('notice', { detail: describeSilence(this.#failure(), HINT_AFTER_MS) })
    }, HINT_AFTER_MS)
    const isDecided = this.#until((status) => status.lastFailure !== null || isServing(status))
    try {
      if (!(await within(readyTimeoutMs + ANSWER_MS, isDecided))) {
        throw failedStart('lastcall run has no generation that serves, and does not say why', this.#failure())
      }
    } finally {
      clearTimeout(hint)
    }
    const failure = this.#status?.lastFailure
    if (failure) throw failedStart(failure.detail, this.#failure())
  }

  /**
   * Restarts in place, and resolves when the restart is completed. Rejects with `LASTCALL_APP_NOT_READY` and
   * the supervisor's own words when it failed or was rolled back.
   */
  async restart(): Promise<void> {
    const answer = await askSupervisor(this.#site.control, {
      command: 'restart',
      reason: 'lastcall rehearse',
    }).catch(async () => {
      throw await this.#lost()
    })
    await this.#look()
    if (!answer.ok) throw failedStart(answer.detail, this.#failure())
  }

  /** Resolves when no generation is about to end, or none is left. */
  async endingOnesGone(): Promise<void> {
    await this.#until(({ generations }) => generations.every(({ phase }) => phase !== 'ending')).catch(
      (error: unknown) => {
        if (this.#isClosed || !this.#process.hasExited()) throw error
      },
    )
  }

  /** Whether it ended before it started anything because another program had taken one of its ports. */
  lostItsPort(): boolean {
    if (!this.#process.hasExited() || this.pods.records().length > 0) return false
    return findTakenPort(this.#process.output()) !== undefined
  }

  /** Ends it, and resolves when nothing of it is left. Whatever still waits for it rejects. */
  async stop(): Promise<void> {
    this.#close()
    this.#process.signal('SIGTERM')
    await within(STOP_MS, this.#process.exited)
    this.#process.kill()
    await this.#process.exited
  }

  /** Ends it and everything that it runs, at once. */
  kill(): void {
    this.#close()
    this.#process.kill()
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  #close(): void {
    this.#closing.abort()
    this.#wake()
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted && !this.#process.hasExited()) {
      await this.#look()
      await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Asks for the status. One question after the other, so that no older answer follows a newer one. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      const answer = await askSupervisor(this.#site.control, { command: 'status' }).catch(() => undefined)
      if (this.#isClosed || !answer?.ok || !answer.status) return
      this.#status = answer.status
      this.pods.take(answer.status)
      this.#wake()
    })
    return this.#looking
  }

  /** Resolves when a status fulfils the condition. Rejects when the supervisor has ended. */
  async #until(holds: (status: SupervisorStatus) => boolean): Promise<void> {
    while (this.#status === undefined || !holds(this.#status)) {
      if (this.#isClosed || this.#process.hasExited()) throw await this.#lost()
      await this.#news.promise
    }
  }

  #wake(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers<void>()
  }

  /** Why the supervisor answers no more. */
  async #lost(): Promise<LastcallError | Error> {
    // Its exit is known a little later than the end of its connections.
    if (!this.#isClosed) await within(ANSWER_MS, this.#process.exited)
    if (this.#isClosed) return new Error('Ask the supervisor: the driver has been stopped')
    if (!this.#process.hasExited()) return failedStart('lastcall run does not answer', this.#failure())
    return failedStart(describeSupervisorExit(await this.#process.exited), this.#failure())
  }

  #failure(): FailedStart {
    return {
      options: this.#options,
      ports: this.#site.ports,
      output: this.#process.output(),
      speaks: this.pods.records().some(({ inPlace }) => inPlace?.lastcall === true),
      failure: this.#status?.lastFailure?.kind,
    }
  }
}

function isServing({ ready, generations }: SupervisorStatus): boolean {
  return ready && generations.some(({ phase }) => phase === 'serving')
}
