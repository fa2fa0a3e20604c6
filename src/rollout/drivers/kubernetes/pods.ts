import { type PodEnding, type PodRecord, type PodState, readTerminationMessage } from '../../pod-record.ts'
import type { Timeline } from '../../timeline.ts'
import type { AgentLine, PodFacts } from './agent/protocol.ts'
import type { ClockBridge } from './clock-bridge.ts'

/** The pods of the workload as the agent saw them, in the order in which it saw them first. */
export interface ObservedPods {
  take(line: AgentLine): void
  records(): readonly PodRecord[]
}

/** A pod as it is known now. Times are the agent's, in wall-clock milliseconds. */
interface Seen {
  facts: PodFacts
  readonly firstMs: number
  isGone: boolean
  readyMs?: number
  deletedMs?: number
  exitedMs?: number
  endpointEndedMs?: number
  lastAcceptedMs?: number | undefined
  firstRefusedMs?: number | undefined
}

/** No pods yet; what happens to them is written into the timeline. */
export function createObservedPods(timeline: Timeline, clock: ClockBridge): ObservedPods {
  const pods = new Map<string, Seen>()
  let isObserving = false
  const takePod = (change: string, facts: PodFacts, at: number): void => {
    const seen = pods.get(facts.uid) ?? { facts, firstMs: at, isGone: false }
    if (!pods.has(facts.uid)) {
      pods.set(facts.uid, seen)
      if (isObserving) timeline.record('pod-started', { pod: facts.name })
    }
    note(seen, facts, { change, at, timeline })
  }
  const byName = (name: string): Seen | undefined =>
    [...pods.values()].findLast(({ facts }) => facts.name === name)
  return {
    take(line) {
      if (line.type === 'observing') isObserving = true
      if (line.type === 'pod') takePod(line.change, line.pod, line.at)
      if (line.type === 'endpoint' && (line.terminating || line.gone)) {
        const seen = byName(line.pod)
        if (seen) seen.endpointEndedMs ??= line.at
      }
      if (line.type === 'listener') {
        const seen = byName(line.pod)
        if (seen?.deletedMs === undefined) return
        const accepts = line.state === 'accepting'
        seen.firstRefusedMs = accepts ? undefined : (seen.firstRefusedMs ?? line.at)
        seen.lastAcceptedMs = accepts ? undefined : (seen.lastAcceptedMs ?? line.lastOtherMs ?? undefined)
      }
    },
    records: () => [...pods.values()].map((seen) => toRecord(seen, clock)),
  }
}

function note(
  seen: Seen,
  facts: PodFacts,
  { change, at, timeline }: { readonly change: string; readonly at: number; readonly timeline: Timeline },
): void {
  const { facts: before } = seen
  seen.facts = facts
  const pod = facts.name
  if (facts.ready && seen.readyMs === undefined) {
    seen.readyMs = at
    timeline.record('pod-ready', { pod })
  } else if (before.ready && !facts.ready && !facts.deleting) timeline.record('pod-unready', { pod })
  if (facts.deleting && seen.deletedMs === undefined) {
    seen.deletedMs = at
    timeline.record('pod-deleted', { pod })
  }
  if (facts.restarts > before.restarts) {
    timeline.record('notice', {
      pod,
      detail: `its container ended and was started again (${describeEnd(facts)})`,
    })
  }
  if (seen.exitedMs === undefined && facts.terminated && (facts.deleting || change === 'DELETED')) {
    seen.exitedMs = at
    timeline.record('pod-exited', { pod, detail: describeEnd(facts) })
  }
  if (change !== 'DELETED') return
  seen.isGone = true
  seen.exitedMs ??= at
}

function describeEnd({ terminated, reason }: PodFacts): string {
  if (!terminated) return reason ?? 'unknown'
  return `exit code ${terminated.exitCode}${terminated.reason === undefined ? '' : `, ${terminated.reason}`}`
}

function toRecord(seen: Seen, clock: ClockBridge): PodRecord {
  const { facts } = seen
  const at = (ms: number | undefined): ReturnType<ClockBridge['toHere']> | undefined =>
    ms === undefined ? undefined : clock.toHere(ms)
  const { report, message } = readTerminationMessage(facts.terminated?.message ?? '')
  return {
    name: facts.name,
    state: stateOf(seen),
    startedAt: clock.toHere(seen.firstMs),
    readyAt: at(seen.readyMs),
    deletedAt: at(seen.deletedMs),
    exitedAt: at(seen.exitedMs),
    exitCode: facts.terminated?.exitCode,
    ending: endingOf(seen),
    ...(report && { report, cutOff: report.forcedCloses.total }),
    ...(message !== undefined && message !== '' && { message }),
    output: [],
    cluster: {
      restarts: facts.restarts,
      node: facts.node,
      endedBy: facts.reason ?? facts.terminated?.reason,
      endpointEndedAt: at(seen.endpointEndedMs),
      lastAcceptedAt: at(seen.lastAcceptedMs),
      firstRefusedAt: at(seen.firstRefusedMs),
    },
  }
}

function stateOf({ facts, isGone, readyMs }: Seen): PodState {
  if (isGone) return 'gone'
  if (facts.deleting) return 'terminating'
  if (facts.ready) return 'ready'
  return readyMs === undefined ? 'starting' : 'unready'
}

/** Exit codes of a process that a signal has ended. */
const SIGKILLED = 137
const SIGTERMED = 143

function endingOf({ facts, isGone, deletedMs, readyMs }: Seen): PodEnding {
  const { terminated, restarts } = facts
  if (restarts > 0 || terminated?.reason === 'OOMKilled') return 'crashed'
  if (!isGone) return 'running'
  if (!terminated) return readyMs === undefined ? 'not-ready' : 'unseen'
  if (deletedMs === undefined) return 'crashed'
  if (terminated.exitCode === 0) return 'clean'
  if (terminated.exitCode === SIGKILLED) return 'killed'
  return terminated.exitCode === SIGTERMED ? 'unhandled-signal' : 'exit-code'
}
