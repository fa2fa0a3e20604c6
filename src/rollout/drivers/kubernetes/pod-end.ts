import {
  type ClusterPod,
  type PodEnding,
  type PodRecord,
  type PodState,
  readTerminationMessage,
} from '../../pod-record.ts'
import type { Instant } from '../../../load/sample.ts'
import type { PodFacts } from './agent/protocol.ts'

/** What is known of one pod now. */
export interface SeenPod {
  facts: PodFacts
  readonly startedAt: Instant
  /** How often its containers had been started again when it was seen first: no matter of this run. */
  readonly restartsBefore: number
  isGone: boolean
  readyAt?: Instant
  deletedAt?: Instant
  exitedAt?: Instant
  endpointEndedAt?: Instant
  lastAcceptedAt?: Instant | undefined
  firstRefusedAt?: Instant | undefined
  /** Since when its readiness probe fails; from its deletion on it is the first time that counts. */
  failsSince?: Instant | undefined
  lastScrape?: ClusterPod['lastScrape']
}

/** Exit codes of a process that a signal has ended. */
const SIGKILLED = 137
const SIGTERMED = 143

/** The record of a pod; when the run has been given up, one that is not ready has failed. */
export function toPodRecord(seen: SeenPod, isOver: boolean): PodRecord {
  const { facts, startedAt, readyAt, deletedAt, exitedAt, endpointEndedAt, lastAcceptedAt, firstRefusedAt } =
    seen
  const terminated = endOf(seen)
  const { report, message } = readTerminationMessage(terminated?.message ?? '')
  return {
    name: facts.name,
    state: stateOf(seen),
    startedAt,
    readyAt,
    deletedAt,
    exitedAt,
    exitCode: terminated?.exitCode,
    ending: endingOf(seen, isOver),
    ...(report && { report }),
    forceClosed: report?.forcedCloses.total ?? seen.lastScrape?.forcedCloses,
    ...(message !== undefined && message !== '' && { message }),
    output: [],
    cluster: {
      restarts: facts.restarts,
      node: facts.node,
      endedBy: facts.reason ?? terminated?.reason,
      endpointEndedAt,
      readinessFailedAt: readinessFailedAt(seen),
      lastAcceptedAt,
      firstRefusedAt,
      lastScrape: seen.lastScrape,
    },
  }
}

/** How long before its deletion is seen a pod may begin to say that it is not ready. Milliseconds. */
const EARLY_MS = 1_000

/** A pod that was not ready long before was not made so by its deletion. */
function readinessFailedAt({ deletedAt, failsSince }: SeenPod): Instant | undefined {
  return deletedAt && failsSince && failsSince.wallMs > deletedAt.wallMs - EARLY_MS ? failsSince : undefined
}

/** How the container ended in this run; an end from before the run says nothing about it. */
export function endOf({ facts, restartsBefore }: SeenPod): PodFacts['terminated'] {
  return facts.terminated?.earlier && facts.restarts === restartsBefore ? undefined : facts.terminated
}

function stateOf({ facts, isGone, readyAt }: SeenPod): PodState {
  if (isGone) return 'gone'
  if (facts.deleting) return 'terminating'
  if (facts.ready) return 'ready'
  return readyAt === undefined ? 'starting' : 'unready'
}

function endingOf(seen: SeenPod, isOver: boolean): PodEnding {
  const { facts, isGone, deletedAt, readyAt, restartsBefore } = seen
  const terminated = endOf(seen)
  const restarts = facts.restarts - restartsBefore
  if (readyAt === undefined && (restarts > 0 || isOver)) return 'not-ready'
  if (restarts > 0 || terminated?.reason === 'OOMKilled') return 'crashed'
  if (!isGone) return 'running'
  if (!terminated) return 'unseen'
  if (deletedAt === undefined) return 'crashed'
  if (terminated.exitCode === 0) return 'clean'
  if (terminated.exitCode === SIGKILLED) return 'killed'
  return terminated.exitCode === SIGTERMED ? 'unhandled-signal' : 'exit-code'
}
