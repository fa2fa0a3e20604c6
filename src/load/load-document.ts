import { type LaneFigures, laneFigures } from './figures.ts'
import type { LaneRecord, LoadRecord } from './load-record.ts'
import type { LaneName } from './sample.ts'
import type { WithOperations } from './sent-operations.ts'
import type { LoopDelays } from './stall-watch.ts'

/** The part of one lane in a {@link LoadDocument}. */
export interface LaneDocument extends LaneFigures {
  readonly lane: LaneName
  /**
   * Planned requests that were never sent: the generator was more than 1 s late, or too many answers were
   * outstanding.
   */
  readonly skipped: number
}

/**
 * How well the generator did its own work. If the generator stalled or left requests unsent, the run is no
 * proof.
 */
interface GeneratorHealth extends LoopDelays {
  /**
   * Failures that the machine of the generator caused: no port, file descriptor or memory, or a timeout
   * during a stall.
   */
  readonly ownFailures: number
  /** Planned requests of all lanes that were never sent. */
  readonly skipped: number
}

// This type has its own name because the schema generator reads an optional field under Omit as required.
type OtherFields = Omit<LoadRecord, 'lanes' | 'health' | keyof WithOperations>

/** The figures of a {@link LoadRecord}; part of every JSON document that lastcall writes. */
export interface LoadDocument extends OtherFields, WithOperations {
  readonly requests: number
  readonly failed: number
  readonly lanes: readonly LaneDocument[]
  readonly health: GeneratorHealth
}

/** The figures of a lane over its whole time. */
export function toLaneDocument(record: LaneRecord): LaneDocument {
  return { lane: record.lane, ...laneFigures(record), skipped: record.skipped }
}

/** The figures of a record over its whole time. */
export function toLoadDocument({ lanes: records, health, ...rest }: LoadRecord): LoadDocument {
  const lanes = records.map(toLaneDocument)
  const sum = (pick: (lane: LaneDocument) => number): number =>
    lanes.reduce((total, lane) => total + pick(lane), 0)
  return {
    ...rest,
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    lanes,
    health: {
      ...health,
      ownFailures: sum(({ own }) => own),
      skipped: sum(({ skipped }) => skipped),
    },
  }
}
