import type { Report } from '../../../core/report.ts'
import type { EndedGeneration, GenerationStatus } from '../../../core/supervisor-status.ts'
import {
  type InPlacePod,
  isMisbehaved,
  type PodEnding,
  type PodRecord,
  type PodState,
} from '../../pod-record.ts'
import type { Timeline } from '../../timeline.ts'
import type { PodTimes } from '../shared/pod-times.ts'

/** What a generation has of its supervisor. */
export interface GenerationContext {
  readonly timeline: Timeline
  /** The last lines of the supervisor and of all its generations. */
  output(): readonly string[]
}

type Exit = Pick<EndedGeneration, 'asked' | 'code' | 'signal'>

/** A generation as a pod, from one status of its supervisor to the next. */
export class GenerationPod {
  readonly #name: string
  readonly #pid: number | null
  readonly #context: GenerationContext
  readonly #times: PodTimes
  #state: PodState = 'starting'
  #lastcall = false
  #exit: Exit | undefined
  #report: Report | undefined

  constructor(generation: number, pid: number | null, context: GenerationContext) {
    this.#name = `generation-${generation}`
    this.#pid = pid
    this.#context = context
    this.#times = { startedAt: this.#note('pod-started', `pid ${pid ?? '-'}`) }
  }

  /** @param ready whether the supervisor says that clients may be sent to the one that serves */
  see({ phase, state }: GenerationStatus, ready: boolean): void {
    if (this.#exit) return
    this.#lastcall ||= state !== null
    switch (phase) {
      case 'standby':
      case 'accepting':
        return this.#becomeReady()
      case 'serving':
        // Only one that was ready serves, also when that was over before it was seen.
        return ready || !this.#times.readyAt ? this.#becomeReady() : this.#becomeUnready('a check fails')
      case 'paused':
        return this.#becomeUnready('its successor accepts')
      case 'ending':
        return this.#leave()
    }
  }

  /** It has ended. Only the first call counts. */
  end(exit: Exit): void {
    if (this.#exit) return
    // Its whole end may have been between two looks.
    if (exit.asked) this.#leave()
    this.#exit = exit
    this.#state = 'gone'
    this.#times.exitedAt = this.#note('pod-exited', describeExit(exit))
  }

  /**
   * How far the beginning of a report is from the time at which it was told to end. Infinity: it is not its
   * own
   */
  distanceTo({ startedAt }: Report): number {
    const { deletedAt } = this.#times
    if (!deletedAt || !this.#exit || this.#report) return Infinity
    return Math.abs(Date.parse(startedAt) - deletedAt.wallMs)
  }

  takeReport(report: Report): void {
    this.#report = report
  }

  record(): PodRecord {
    const ending = this.#ending()
    const inPlace: InPlacePod = {
      pid: this.#pid,
      lastcall: this.#lastcall,
      exitSignal: this.#exit?.signal,
    }
    return {
      name: this.#name,
      state: this.#state,
      ...this.#times,
      exitCode: this.#exit?.code,
      ending,
      report: this.#report,
      forceClosed: this.#report?.forcedCloses.total,
      output: isMisbehaved({ ending }) ? this.#context.output() : [],
      inPlace,
    }
  }

  #becomeReady(): void {
    if (this.#state === 'ready') return
    this.#state = 'ready'
    const at = this.#note('pod-ready')
    this.#times.readyAt ??= at
  }

  #becomeUnready(why: string): void {
    if (this.#state === 'unready') return
    this.#state = 'unready'
    this.#note('pod-unready', why)
  }

  #leave(): void {
    if (this.#state === 'terminating') return
    this.#state = 'terminating'
    // One that never served is not replaced.
    if (!this.#times.readyAt) return
    this.#times.deletedAt = this.#note('pod-deleted')
    this.#times.signalledAt = this.#note('pod-signalled')
  }

  #ending(): PodEnding {
    if (!this.#times.readyAt && this.#state !== 'starting') return 'not-ready'
    if (!this.#exit) return 'running'
    const { asked, code, signal } = this.#exit
    if (!asked) return 'crashed'
    if (signal === 'SIGKILL') return 'killed'
    if (signal === 'SIGTERM') return 'unhandled-signal'
    return code === 0 ? 'clean' : 'exit-code'
  }

  #note(kind: Parameters<Timeline['record']>[0], detail?: string): ReturnType<Timeline['record']> {
    return this.#context.timeline.record(kind, {
      pod: this.#name,
      ...(detail !== undefined && { detail }),
    })
  }
}

function describeExit({ code, signal }: Exit): string {
  if (signal !== null) return `ended by ${signal}`
  return code === null ? 'no exit code' : `exit code ${code}`
}
