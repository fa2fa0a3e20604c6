import type { LaneName, Sample } from '../load/sample.ts'
import type { Cause } from './cause.ts'
import { causes } from './causes.ts'

/** The failures of one cause on one pod. */
export interface PodFailures {
  /** Name of the pod, where it is known. */
  readonly pod: string | undefined
  readonly count: number
  /** The one that ended first. */
  readonly first: Sample
}

/** The failures of one cause. */
export interface FailureGroup {
  readonly cause: Cause
  readonly count: number
  /** The lanes that they were in, each once. */
  readonly lanes: readonly LaneName[]
  /** How many were of each operation of an OpenAPI document, the most frequent first; empty without one. */
  readonly operations: readonly (readonly [operation: string, count: number])[]
  /** In the order of their first failures. */
  readonly pods: readonly PodFailures[]
}

/**
 * Groups failures, which come in the order of their ends, by cause and pod; the most frequent cause first.
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
