import type { Instant } from '../../../load/sample.ts'
import type { PodRecord } from '../../pod-record.ts'
import type { Timeline } from '../../timeline.ts'
import type { AgentLine, AgentMessage, PodFacts } from './agent/protocol.ts'
import type { ClockBridge } from './clock-bridge.ts'
import { endOf, type SeenPod, toPodRecord } from './pod-end.ts'

/** The pods of the workload, in the order in which the agent first saw them. */
export interface ObservedPods {
  /** @param by the clock of the line's times. Default: the agent's */
  take(line: AgentLine, by?: ClockBridge): void
  records(): readonly PodRecord[]
  /** The uids of the existing pods. */
  present(): ReadonlySet<string>
  /** The existing pods whose containers have not ended permanently. */
  there(): readonly PodFacts[]
  /** Resolves when the condition holds for {@link there}. */
  until(holds: (there: readonly PodFacts[]) => boolean): Promise<void>
  /** Resolves when this many pods are ready that are not in `old`. */
  newOnesReady(wanted: number, old: ReadonlySet<string>): Promise<void>
  /** Resolves when no pod in `old` exists. With `onlyDeleted`, ignores pods that are not being deleted. */
  gone(old: ReadonlySet<string>, onlyDeleted: boolean): Promise<void>
  /** From now on, a pod that is not ready counts as failed. */
  giveUp(): void
  /** Rejects every wait with this error. */
  fail(error: Error): void
}

/** Objects of evicted pods stay for a while. */
const endedPhases: readonly string[] = ['Succeeded', 'Failed']

function hasEnded({ phase = '' }: PodFacts): boolean {
  return endedPhases.includes(phase)
}

/** Nobody deletes the object of an evicted pod, so waiting for its end would never finish. */
function isPast({ facts, isGone }: SeenPod): boolean {
  return isGone || (!facts.deleting && hasEnded(facts))
}

/** Creates a list without pods. It records their events in the timeline. */
export function createObservedPods(timeline: Timeline, clock: ClockBridge): ObservedPods {
  const pods = new Map<string, SeenPod>()
  const earlier = new Set<string>()
  const waits = new Set<() => void>()
  let failure: Error | undefined
  let isOver = false
  const byName = (name: string): SeenPod | undefined =>
    [...pods.values()].findLast(({ facts }) => facts.name === name)
  const until = async (holds: () => boolean): Promise<void> => {
    for (;;) {
      if (failure) throw failure
      if (holds()) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waits.add(resolve)
      await promise
    }
  }
  const there = (): readonly PodFacts[] =>
    [...pods.values()].filter(({ facts, isGone }) => !isGone && !hasEnded(facts)).map(({ facts }) => facts)
  const wake = (): void => {
    for (const resolve of waits) resolve()
    waits.clear()
  }
  const takePod = (line: Extract<AgentLine, { type: 'pod' }>, at: Instant): void => {
    const { uid, name } = line.pod
    let seen = pods.get(uid)
    // Its deletion began before the run observed, so its end does not concern this run.
    if (!seen && line.pod.deleting) earlier.add(uid)
    if (earlier.has(uid)) return
    if (!seen) {
      seen = {
        facts: line.pod,
        restartsBefore: line.pod.restarts,
        startedAt: timeline.record('pod-started', { pod: name, at }),
        isGone: false,
      }
      pods.set(uid, seen)
    }
    notePod(seen, line, { at, timeline })
  }
  return {
    take(line, by = clock) {
      const at = by.toHere(line.at)
      if (line.type === 'pod') takePod(line, at)
      if (line.type === 'endpoint' && (line.terminating || line.gone)) {
        const seen = byName(line.pod)
        if (seen) seen.endpointEndedAt ??= at
      }
      if (line.type === 'listener') {
        const seen = byName(line.pod)
        if (seen) noteListener(seen, line, by)
      }
      if (line.type === 'readiness') {
        const seen = byName(line.pod)
        if (seen) noteReadiness(seen, line.passes, at)
      }
      if (line.type === 'metrics') {
        const seen = pods.get(line.uid)
        const { atMs, forcedCloses, inFlight } = line.scrape
        if (seen) seen.lastScrape = { at: by.toHere(atMs), forcedCloses, inFlight }
      }
      wake()
    },
    records: () => [...pods.values()].map((seen) => toPodRecord(seen, isOver)),
    there,
    until: (holds) => until(() => holds(there())),
    present: () => new Set([...pods.values()].filter((pod) => !isPast(pod)).map(({ facts }) => facts.uid)),
    newOnesReady: (wanted, old) =>
      until(() => {
        const isNew = ({ facts, isGone }: SeenPod): boolean => facts.ready && !isGone && !old.has(facts.uid)
        return [...pods.values()].filter(isNew).length >= wanted
      }),
    gone: (old, onlyDeleted) =>
      until(() =>
        [...pods.values()].every(
          (pod) => isPast(pod) || !old.has(pod.facts.uid) || (onlyDeleted && !pod.facts.deleting),
        ),
      ),
    giveUp() {
      isOver = true
    },
    fail(error) {
      failure ??= error
      wake()
    },
  }
}

function notePod(
  seen: SeenPod,
  { change, pod: facts }: Extract<AgentMessage, { type: 'pod' }>,
  { at, timeline }: { readonly at: Instant; readonly timeline: Timeline },
): void {
  const { facts: before } = seen
  seen.facts = facts
  const pod = facts.name
  const isEnd = change === 'DELETED'
  if (facts.ready && !seen.readyAt) seen.readyAt = timeline.record('pod-ready', { pod, at })
  else if (before.ready && !facts.ready && !facts.deleting) timeline.record('pod-unready', { pod, at })
  if (facts.deleting && !seen.deletedAt) seen.deletedAt = timeline.record('pod-deleted', { pod, at })
  if (facts.restarts > before.restarts) {
    const detail = `its container ended and was started again (${describeEnd(seen)})`
    timeline.record('notice', { pod, detail, at })
  }
  if (!seen.exitedAt && (isEnd || (facts.deleting && endOf(seen)))) {
    seen.exitedAt = timeline.record('pod-exited', { pod, detail: describeEnd(seen), at })
  }
  seen.isGone = isEnd
}

/**
 * Records when a terminating pod stopped accepting connections. A single failed connect before that does not
 * count.
 */
function noteListener(
  seen: SeenPod,
  { state, at, lastOtherMs }: Extract<AgentLine, { type: 'listener' }>,
  clock: ClockBridge,
): void {
  if (!seen.deletedAt) return
  const accepts = state === 'accepting'
  const last = lastOtherMs === null ? undefined : clock.toHere(lastOtherMs)
  seen.lastAcceptedAt = accepts ? undefined : (seen.lastAcceptedAt ?? last)
  seen.firstRefusedAt = accepts ? undefined : (seen.firstRefusedAt ?? clock.toHere(at))
}

/** The probe of a deleted pod may fail before the run sees the deletion. */
function noteReadiness(seen: SeenPod, passes: boolean, at: Instant): void {
  if (!passes) seen.failsSince ??= at
  else if (!seen.deletedAt) seen.failsSince = undefined
}

function describeEnd(seen: SeenPod): string {
  const { reason } = seen.facts
  const terminated = endOf(seen)
  if (!terminated) return reason ?? 'exit code unknown'
  return `exit code ${terminated.exitCode}${terminated.reason === undefined ? '' : `, ${terminated.reason}`}`
}
