import {
  type ClusterPod,
  type PodEnding,
  type PodRecord,
  type PodState,
  readTerminationMessage,
} from '../../pod-record.ts'
import type { Instant } from '../../../load/sample.ts'
import type { PodFacts } from './agent/protocol.ts'

/** The current facts of one pod. */
export interface SeenPod {
  facts: PodFacts
  readonly startedAt: Instant
  /** Container restarts before the run first saw the pod; they do not concern this run. */
  readonly restartsBefore: number
  isGone: boolean
  readyAt?: Instant
  deletedAt?: Instant
  exitedAt?: Instant
  endpointEndedAt?: Instant
  lastAcceptedAt?: Instant | undefined
  firstRefusedAt?: Instant | undefined
  /** Since when its readiness probe fails. After its deletion only the first failure counts. */
  failsSince?: Instant | undefined
  lastScrape?: ClusterPod['lastScrape']
}

/** Exit codes of a process that a signal ended. */
const SIGKILLED = 137
const SIGTERMED = 143

/** The record of a pod. If the run has been given up, a pod that is not ready has failed. */
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

/** The readiness probe may fail this long before the run sees the deletion. Milliseconds. */
const EARLY_MS = 1_000

/** If a pod was not ready long before its deletion, the deletion is not the reason. */
function readinessFailedAt({ deletedAt, failsSince }: SeenPod): Instant | undefined {
  return deletedAt && failsSince && failsSince.wallMs > deletedAt.wallMs - EARLY_MS ? failsSince : undefined
}

/** How the container ended during the run. An end before the run says nothing about it. */
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
