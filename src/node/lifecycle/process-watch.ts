import { TERMINATION_MESSAGE_MAX_BYTES } from '../../core/defaults.ts'
import type { Logger } from '../../core/logger.ts'
import { type EarlyExit, type Report, serializeReport, type UncaughtKind } from '../../core/report.ts'
import type { Host } from '../host/host.ts'
import { errorText } from '../guard/limit.ts'
import type { Recorder } from './recorder.ts'

type WatchHost = Pick<Host, 'clock' | 'process'>

/** What {@link ProcessWatch} needs from the shutdown. */
export interface Watched {
  inFlight(): number
  /** The report as of now. */
  report(exitCode: number): Report
}

/**
 * Watches the process during a shutdown, and only then. An uncaught error is reported and does not end the
 * drain (close-with-grace ends the process at its second error). When other code calls `process.exit()`, the
 * exit is logged and not prevented: that code may have a reason.
 */
export class ProcessWatch {
  readonly #host: WatchHost
  readonly #logger: Logger
  readonly #recorder: Recorder
  readonly #terminationLog: string | false
  #watches: readonly Disposable[] = []

  constructor(host: WatchHost, logger: Logger, recorder: Recorder, terminationLog: string | false) {
    this.#host = host
    this.#logger = logger
    this.#recorder = recorder
    this.#terminationLog = terminationLog
  }

  begin(watched: Watched): void {
    this.#watches = [
      this.#host.process.onUncaught((error, kind) => this.#onUncaught(error, kind)),
      this.#host.process.onForeignExit((code, stack) => this.#onExit(watched, code, stack)),
    ]
  }

  end(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]()
  }

  /** Writes the report to the file that Kubernetes reads. */
  publish(report: Report): void {
    if (this.#terminationLog === false) return
    this.#host.process.overwrite(this.#terminationLog, serializeReport(report, TERMINATION_MESSAGE_MAX_BYTES))
  }

  #onUncaught(error: unknown, kind: UncaughtKind): void {
    this.#recorder.addUncaught(kind, errorText(error), this.#host.clock.now())
    this.#logger.error(
      { kind, error: errorText(error), stack: stackOf(error) },
      'lastcall: uncaught error during the shutdown; shutting down anyway, exit code will be 1',
    )
  }

  /** Everything here has to be synchronous: it is the last code that the process runs. */
  #onExit(watched: Watched, code: number, stack: string | null): number {
    const earlyExit: EarlyExit = { inFlight: watched.inFlight(), stack }
    // Lost requests must not look like a clean end.
    const exitCode = code === 0 && earlyExit.inFlight > 0 ? 1 : code
    const report: Report = { ...watched.report(exitCode), clean: false, earlyExit }
    this.#logger.error(
      { report },
      'lastcall: other code ends the process in the middle of the shutdown, ' +
        `${earlyExit.inFlight} in flight, exit code ${report.exitCode}`,
    )
    this.publish(report)
    return report.exitCode
  }
}

function stackOf(error: unknown): string | undefined {
  try {
    return error instanceof Error ? error.stack : undefined
  } catch {
    return undefined
  }
}
