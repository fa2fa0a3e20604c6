import { labelGeneration } from './label-generation.ts'
import { keepCounters, mergeMetrics } from './merge-metrics.ts'
import { type SupervisorFacts, supervisorMetrics } from './supervisor-metrics.ts'

/** What `/metrics` of a generation answered. */
export interface GenerationMetrics {
  readonly generation: number
  readonly text: string
}

/** More would add series with every restart. */
const KEPT_GENERATIONS = 3

/** Adds the last text of a generation that has ended to those that are kept: the last three. */
export function keepEnded(
  kept: readonly GenerationMetrics[],
  { generation, text }: GenerationMetrics,
): readonly GenerationMetrics[] {
  return [...kept, { generation, text: keepCounters(text) }].slice(-KEPT_GENERATIONS)
}

/**
 * The text of the supervisor's `/metrics`: its own metrics, and those of its generations with a label.
 * @param ended the result of {@link keepEnded}
 */
export function renderMetrics(
  facts: SupervisorFacts,
  live: readonly GenerationMetrics[],
  ended: readonly GenerationMetrics[],
): string {
  // The newest first: its help and its types are those of the present release.
  const generations = [...live, ...ended].toSorted((one, other) => other.generation - one.generation)
  const labelled = generations.map(({ generation, text }) => labelGeneration(text, generation))
  return mergeMetrics([supervisorMetrics(facts), ...labelled])
}
