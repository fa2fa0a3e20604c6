import { type PodEnding, type PodRecord, type PodState, readTerminationMessage } from '../../pod-record.ts'
import type { Instant } from '../../../load/sample.ts'
import type { PodFacts } from './agent/protocol.ts'

/** What is known of one pod now. */
export interface SeenPod {
  facts: PodFacts
  readonly startedAt: Instant
  isGone: boolean
  readyAt?: Instant
  deletedAt?: Instant
  exitedAt?: Instant
  endpointEndedAt?: Instant
  lastAcceptedAt?: Instant | undefined
  firstRefusedAt?: Instant | undefined
}

/** Exit codes of a process that a signal has ended. */
const SIGKILLED = 137
const SIGTERMED = 143

/** The record of a pod; when the run has been given up, one that is not ready has failed. */
export function toPodRecord(seen: SeenPod, isOver: boolean): PodRecord {
  const { facts, startedAt, readyAt, deletedAt, exitedAt, endpointEndedAt, lastAcceptedAt, firstRefusedAt } =
    seen
  const { report, message } = readTerminationMessage(facts.terminated?.message ?? '')
  return {
    name: facts.name,
    state: stateOf(seen),
    startedAt,
    readyAt,
    deletedAt,
    exitedAt,
    exitCode: facts.terminated?.exitCode,
    ending: endingOf(seen, isOver),
    ...(report && { report, forceClosed: report.forcedCloses.total }),
    ...(message !== undefined && message !== '' && { message }),
    output: [],
    cluster: {
      restarts: facts.restarts,
      node: facts.node,
      endedBy: facts.reason ?? facts.terminated?.reason,
      endpointEndedAt,
      lastAcceptedAt,
      firstRefusedAt,
    },
  }
}

function stateOf({ facts, isGone, readyAt }: SeenPod): PodState {
  if (isGone) return 'gone'
  if (facts.deleting) return 'terminating'
  if (facts.ready) return 'ready'
  return readyAt === undefined ? 'starting' : 'unready'
}

function endingOf({ facts, isGone, deletedAt, readyAt }: SeenPod, isOver: boolean): PodEnding {
  const { terminated, restarts } = facts
  if (readyAt === undefined && (restarts > 0 || isOver)) return 'not-ready'
  if (restarts > 0 || terminated?.reason === 'OOMKilled') return 'crashed'
  if (!isGone) return 'running'
  if (!terminated) return 'unseen'
  if (deletedAt === undefined) return 'crashed'
  if (terminated.exitCode === 0) return 'clean'
  if (terminated.exitCode === SIGKILLED) return 'killed'
  return terminated.exitCode === SIGTERMED ? 'unhandled-signal' : 'exit-code'
}
