import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AskedReadiness, PodRecord } from '../../src/rollout/pod-record.ts'
import { autoNotes, lateReadinessNotes, readinessNotes } from '../../src/rollout/readiness-notes.ts'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts, makePod } from '../helpers/run-facts.ts'

function podAsked(readiness: AskedReadiness | undefined): PodRecord {
  return makePod('pod-1', { local: { pid: 1, port: 2, probePort: 3, http2Port: 4, readiness } })
}

test('readinessNotes says what made a pod ready where it was not the probe server', () => {
  assert.deepEqual(readinessNotes([podAsked({ kind: 'probe-server' })]), [])
  assert.match(
    readinessNotes([podAsked({ kind: 'tcp' })]).join(),
    /^a pod counted as ready while its port accepted/,
  )
  assert.match(
    readinessNotes([podAsked({ kind: 'path', path: '/health' })]).join(),
    /while GET \/health succeeded/,
  )
})

test('readinessNotes has nothing to say of pods that were never asked, and of those of a cluster', () => {
  const { local: _, ...inCluster } = makePod('shop-1')
  assert.deepEqual(readinessNotes([podAsked(undefined), inCluster]), [])
})

test('judgeRun notes what made pods ready, without counting it against the run', () => {
  const { outcome, notes } = judgeRun(makeFacts({ pods: [podAsked({ kind: 'tcp' }), podAsked(undefined)] }))
  assert.equal(outcome, 'pass')
  assert.match(notes.join(), /its port accepted connections/)
})

test('judgeRun notes pods that had the probe server of lastcall and ended well without its report', () => {
  const silent = podAsked({ kind: 'probe-server' })
  const report = { events: [] } as unknown as NonNullable<PodRecord['report']>
  const notesOf = (pod: PodRecord): string => judgeRun(makeFacts({ pods: [pod] })).notes.join()
  assert.match(notesOf(silent), /^pod-1 had lastcall's probe server and ended without its report/)
  for (const pod of [{ ...silent, report }, { ...silent, ending: 'killed' } as const, makePod('pod-1')]) {
    assert.equal(notesOf(pod), '')
  }
})

test('autoNotes says that lastcall/auto did nothing when no pod showed anything of it', () => {
  assert.match(autoNotes([podAsked({ kind: 'tcp' })]).join(), /lastcall\/auto did nothing in this run/)
  assert.deepEqual(autoNotes([podAsked({ kind: 'tcp' }), podAsked({ kind: 'probe-server' })]), [])
  const report = { events: [] } as unknown as NonNullable<PodRecord['report']>
  assert.deepEqual(autoNotes([{ ...podAsked({ kind: 'tcp' }), report }]), [])
  const { local: _, ...pod } = makePod('generation-1')
  assert.deepEqual(autoNotes([{ ...pod, inPlace: { pid: 1, lastcall: true } }]), [])
  assert.equal(autoNotes([{ ...pod, inPlace: { pid: 1, lastcall: false } }]).length, 1)
})

/**
 * A pod of a cluster whose readiness failed, and which accepted its last connection, at these milliseconds.
 */
function podUnready(failedMs: number | undefined, acceptedMs: number | undefined): PodRecord {
  const at = (ms: number | undefined) => (ms === undefined ? undefined : { wallMs: ms, monotonicMs: ms })
  const { local: _, ...pod } = makePod('shop-1')
  return { ...pod, cluster: { restarts: 0, readinessFailedAt: at(failedMs), lastAcceptedAt: at(acceptedMs) } }
}

test('lateReadinessNotes counts pods that were ready until their listener closed, of those that were asked', () => {
  const early = podUnready(1_000, 6_000)
  assert.deepEqual(
    lateReadinessNotes([early, podUnready(undefined, 6_000), podUnready(1_000, undefined)]),
    [],
  )
  const [note] = lateReadinessNotes([early, podUnready(6_100, 6_000)])
  assert.match(note!, /^the readiness probe of 1 of 2 pods passed until they stopped accepting/)
  assert.deepEqual(judgeRun(makeFacts({ pods: [podUnready(6_100, 6_000)] })).notes, [
    note!.replace('1 of 2', '1 of 1'),
  ])
})
