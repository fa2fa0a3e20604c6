import type { LaneChanges } from '../load/lane-changes.ts'
import type { LoadOptions } from '../load/load-options.ts'
import type { LoadRecord } from '../load/load-record.ts'
import type { LaneTotals } from '../load/recorder.ts'
import type { PodRecord } from './pod-record.ts'

/** A load that a driver's generators send. */
export interface DriverLoad {
  /** Totals by lane so far, for people who watch. */
  totals(): readonly LaneTotals[]
  /** What is known so far; undefined before the first word of a generator that is elsewhere. */
  record(): LoadRecord | undefined
  /** Sends nothing more, waits for what is outstanding and resolves to everything. */
  stop(): Promise<LoadRecord>
  /** Counts nothing more from this moment on, and cuts off what is outstanding. */
  abandon(): void
}

/**
 * What a run needs of a place where pods live. A driver writes what it sees into the timeline that it is
 * created with, each event with both clocks of this machine. It is used in the order of these members, once.
 */
export interface Driver {
  /**
   * Starts or finds the pods and resolves when all are ready.
   * Rejects with a LastcallError (`LASTCALL_APP_NOT_READY`) when they are not.
   */
  start(): Promise<void>
  /** Pods that serve when none is being replaced; known from `start()` on. */
  replicas(): number
  /**
   * Sends one request of each lane and resolves to what changes: lanes that cannot run, or not as they are.
   * Rejects with a LastcallError `LASTCALL_SELF_TEST` when an answer is wrong.
   */
  selfTest(load: LoadOptions): Promise<LaneChanges>
  /** Starts the load; `changes` are what the self-test found, and become part of its record. */
  startLoad(load: LoadOptions, changes: LaneChanges): Promise<DriverLoad>
  /**
   * Replaces every pod and resolves when all new ones are ready, without waiting for the ends of the old
   * ones. Rejects with a LastcallError when that cannot be finished: `LASTCALL_CLUSTER` when the place itself
   * refused something, which is no fault of the pods.
   */
  restart(): Promise<void>
  /** Resolves when no old pod exists any more. */
  oldPodsGone(): Promise<void>
  /** Every pod so far, in the order in which they were seen first. */
  pods(): readonly PodRecord[]
  /**
   * What is not as it was before, and what to do about it, one sentence each. While a restart is under way
   * that is what it will take back; after `stop()` only what could not be.
   */
  leftBehind(): readonly string[]
  /** What cannot be known of this run from where its pods are observed, one sentence each. */
  unknown(): readonly string[]
  /**
   * Deletes everything that the driver created, its load included, and resolves when nothing of it is left.
   * What is still under way rejects. Can be called at any time, and again.
   */
  stop(): Promise<void>
  /** The same as far as it can be done synchronously; for the moment in which this process ends. */
  killAll(): void
}
