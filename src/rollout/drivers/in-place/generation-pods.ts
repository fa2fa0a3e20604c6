import type { Report } from '../../../core/report.ts'
import type { SupervisorStatus } from '../../../core/supervisor-status.ts'
import type { PodRecord } from '../../pod-record.ts'
import { type GenerationContext, GenerationPod } from './generation-pod.ts'

/** All generations of a supervisor, as far as it has told of them. */
export class GenerationPods {
  readonly #context: GenerationContext
  readonly #pods = new Map<number, GenerationPod>()
  /** Reports whose generation is not known to have ended. */
  #reports: readonly Report[] = []

  constructor(context: GenerationContext) {
    this.#context = context
  }

  take({ generations, ended, ready }: SupervisorStatus): void {
    for (const each of ended) this.#podOf(each.generation, null).end(each)
    const present = generations.map((each) => [each, this.#podOf(each.generation, each.pid)] as const)
    // The new one first: it was ready before the old one began to leave.
    for (const [each, pod] of present.toReversed()) pod.see(each, ready)
    this.#assignReports()
  }

  /** Takes a line of their output, which may be the report of one of them. */
  hear(line: string): void {
    const report = readReport(line)
    if (!report) return
    this.#reports = [...this.#reports, report]
    this.#assignReports()
  }

  /** The supervisor has gone away, and whatever it ran has been killed. */
  lose(): void {
    for (const pod of this.#pods.values()) pod.end({ asked: false, code: null, signal: null })
  }

  /** In the order of their numbers. */
  records(): readonly PodRecord[] {
    return [...this.#pods.values()].map((pod) => pod.record())
  }

  /** A report does not say whose it is: it belongs to the one that was told to end when it begins. */
  #assignReports(): void {
    this.#reports = this.#reports.filter((report) => {
      const distances = [...this.#pods.values()].map((pod) => [pod, pod.distanceTo(report)] as const)
      const [nearest] = distances.toSorted(([, one], [, other]) => one - other)
      if (!nearest || nearest[1] === Infinity) return true
      nearest[0].takeReport(report)
      return false
    })
  }

  #podOf(generation: number, pid: number | null): GenerationPod {
    const known = this.#pods.get(generation)
    if (known) return known
    const pod = new GenerationPod(generation, pid, this.#context)
    this.#pods.set(generation, pod)
    return pod
  }
}

/** The report in a line that lastcall or another logger has written; undefined without one. */
function readReport(line: string): Report | undefined {
  if (!line.startsWith('{') || !line.includes('"report":')) return undefined
  try {
    const { report } = JSON.parse(line) as { readonly report?: Partial<Report> | null }
    return Array.isArray(report?.events) && typeof report.startedAt === 'string'
      ? (report as Report)
      : undefined
  } catch {
    return undefined
  }
}
