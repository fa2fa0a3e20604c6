import type { LaneName, Sample } from '../load/sample.ts'
import type { Cause } from './cause.ts'
import { causes } from './causes.ts'

/** The failures of one cause on one pod. */
export interface PodFailures {
  /** Name of the pod, if known. */
  readonly pod: string | undefined
  readonly count: number
  /** The failure that ended first. */
  readonly first: Sample
}

/** The failures of one cause. */
export interface FailureGroup {
  readonly cause: Cause
  readonly count: number
  /** Their lanes, each once. */
  readonly lanes: readonly LaneName[]
  /**
   * Number of failures per operation of an OpenAPI document, most frequent first; empty without a document.
   */
  readonly operations: readonly (readonly [operation: string, count: number])[]
  /** In the order of their first failures. */
  readonly pods: readonly PodFailures[]
}

/**
 * Groups failures by cause and pod, most frequent cause first. The failures must be in the order in which
 * they ended.
 */
export function groupFailures(failures: readonly Sample[]): readonly FailureGroup[] {
  const byCause = Map.groupBy(failures, (sample) => causes.find(({ fits }) => fits(sample)))
  return [...byCause]
    .flatMap(([cause, samples]) => (cause ? [groupOf(cause, samples)] : []))
    .toSorted((one, other) => other.count - one.count)
}

function groupOf(cause: Cause, samples: readonly Sample[]): FailureGroup {
  const operations = Map.groupBy(samples, ({ operation }) => operation)
  return {
    cause,
    count: samples.length,
    lanes: [...new Set(samples.map(({ lane }) => lane))],
    operations: [...operations]
      .flatMap(([name, same]) => (name === undefined ? [] : [[name, same.length] as const]))
      .toSorted(([, one], [, other]) => other - one),
    pods: byPod(samples),
  }
}

function byPod(samples: readonly Sample[]): readonly PodFailures[] {
  return [...Map.groupBy(samples, ({ target }) => target)].flatMap(([pod, [first, ...others]]) =>
    first ? [{ pod, count: others.length + 1, first }] : [],
  )
}
