import type { LaneChanges } from '../load/lane-changes.ts'
import type { LoadOptions } from '../load/load-options.ts'
import type { LoadRecord } from '../load/load-record.ts'
import type { LaneTotals } from '../load/recorder.ts'
import type { PodRecord } from './pod-record.ts'

/** A load that a driver's generators send. */
export interface DriverLoad {
  /** Totals by lane so far, for a live display. */
  totals(): readonly LaneTotals[]
  /** The record so far; undefined until a remote generator has reported. */
  record(): LoadRecord | undefined
  /** Sends nothing more, waits for outstanding requests and resolves to the full record. */
  stop(): Promise<LoadRecord>
  /** Stops counting at once and destroys the outstanding requests. */
  abandon(): void
}

/**
 * The interface between a run and the place where the pods live. A driver records what it sees in the
 * timeline that it was created with, each event with both clocks of this machine. A run uses the members once
 * each, in this order.
 */
export interface Driver {
  /**
   * Starts or finds the pods and resolves when all are ready.
   * Rejects with a LastcallError (`LASTCALL_APP_NOT_READY`) when they are not.
   */
  start(): Promise<void>
  /** Number of serving pods while none is being replaced; known after `start()`. */
  replicas(): number
  /**
   * Sends one request of each lane and resolves to the changes: lanes that cannot run or that run
   * differently. Rejects with a LastcallError `LASTCALL_SELF_TEST` when an answer is wrong.
   */
  selfTest(load: LoadOptions): Promise<LaneChanges>
  /** Starts the load. `changes` come from the self-test and become part of its record. */
  startLoad(load: LoadOptions, changes: LaneChanges): Promise<DriverLoad>
  /**
   * Replaces every pod and resolves when all new ones are ready; it does not wait until the old ones are
   * gone. Rejects with a LastcallError if the rollout cannot finish; `LASTCALL_CLUSTER` means that the
   * cluster refused something and the pods are not to blame.
   */
  restart(): Promise<void>
  /** Resolves when no old pod exists any more. */
  oldPodsGone(): Promise<void>
  /** Every pod so far, in the order in which the driver first saw them. */
  pods(): readonly PodRecord[]
  /**
   * Changes that are not undone yet, and what to do about them, one sentence each. During a restart they are
   * those that the driver will undo; after `stop()` only those that it could not.
   */
  leftBehind(): readonly string[]
  /** What the observer cannot know from its place, one sentence each. */
  unknown(): readonly string[]
  /**
   * Deletes everything that the driver created, including its load, and resolves when nothing is left.
   * Operations in progress reject. Can be called at any time and repeatedly.
   */
  stop(): Promise<void>
  /** Like `stop()` as far as synchronous code can; for the exit of this process. */
  killAll(): void
}
