import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  EndedGeneration,
  GenerationStatus,
  SupervisorStatus,
} from '../../../../src/core/supervisor-status.ts'
import { GenerationPods } from '../../../../src/rollout/drivers/in-place/generation-pods.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'
import { eventually } from '../../../helpers/eventually.ts'

/** A status with these generations in these phases. */
function statusOf(
  phases: Readonly<Record<number, string>>,
  ended: readonly Partial<EndedGeneration>[] = [],
  ready = true,
): SupervisorStatus {
  const generations = Object.entries(phases).map(([generation, phase]): GenerationStatus => ({
    generation: Number(generation),
    pid: 100 + Number(generation),
    phase,
    ageMs: 1_000,
    state: phase === 'starting' ? null : 'ready',
    inFlight: null,
    connections: null,
  }))
  return {
    schemaVersion: 2,
    kind: 'supervisor-status',
    pid: 1,
    command: ['node', 'server.js'],
    state: 'serving',
    ready,
    startedAt: '2026-01-01T00:00:00.000Z',
    listen: [],
    generations,
    ended: ended.map((each) => ({ generation: 1, asked: true, at: '', code: 0, signal: null, ...each })),
    restarts: { completed: 0, failed: 0, rolledBack: 0 },
    crashes: 0,
    queued: null,
    lastFailure: null,
  }
}

interface Watched {
  readonly pods: GenerationPods
  /** What the timeline has so far. */
  steps(): readonly string[]
}

function watch(): Watched {
  const timeline = createTimeline()
  return {
    pods: new GenerationPods({ timeline, output: () => ['last words'] }),
    steps: () => timeline.events.map(({ pod, kind, detail = '' }) => `${pod} ${kind} ${detail}`.trimEnd()),
  }
}

test('GenerationPods tells a restart in place as the replacement of a pod', () => {
  const { pods, steps } = watch()
  for (const status of [
    statusOf({ 1: 'starting' }),
    statusOf({ 1: 'serving' }),
    statusOf({ 1: 'serving', 2: 'starting' }),
    statusOf({ 1: 'paused', 2: 'serving' }),
    statusOf({ 1: 'ending', 2: 'serving' }),
    statusOf({ 2: 'serving' }, [{}]),
    statusOf({ 2: 'serving' }, [{}]),
  ]) {
    pods.take(status)
  }
  assert.deepEqual(steps(), [
    'generation-1 pod-started pid 101',
    'generation-1 pod-ready',
    'generation-2 pod-started pid 102',
    'generation-2 pod-ready',
    'generation-1 pod-unready its successor accepts',
    'generation-1 pod-deleted',
    'generation-1 pod-signalled',
    'generation-1 pod-exited exit code 0',
  ])
  const [old, young] = pods.records()
  assert.deepEqual([old!.state, old!.ending, old!.exitCode, old!.output], ['gone', 'clean', 0, []])
  assert.deepEqual([young!.state, young!.ending, young!.exitCode], ['ready', 'running', undefined])
  assert.deepEqual(young!.inPlace, { pid: 102, lastcall: true, exitSignal: undefined })
})

test('GenerationPods has an old generation that accepts again as ready once more', () => {
  const { pods, steps } = watch()
  pods.take(statusOf({ 1: 'serving' }))
  pods.take(statusOf({ 1: 'paused', 2: 'serving' }))
  pods.take(statusOf({ 1: 'serving', 2: 'ending' }))
  const [old, bad] = pods.records()
  assert.deepEqual([old!.state, old!.deletedAt, bad!.state], ['ready', undefined, 'terminating'])
  assert.equal(steps().filter((step) => step === 'generation-1 pod-ready').length, 2)
})

test('GenerationPods has one that serves while a check of it fails as unready', () => {
  const { pods } = watch()
  pods.take(statusOf({ 1: 'serving' }))
  pods.take(statusOf({ 1: 'serving' }, [], false))
  assert.equal(pods.records()[0]!.state, 'unready')
  pods.take(statusOf({ 1: 'serving' }))
  assert.equal(pods.records()[0]!.state, 'ready')
})

for (const [what, exit, ending] of [
  ['with another code', { code: 1 }, 'exit-code'],
  ['by the hammer', { code: null, signal: 'SIGKILL' }, 'killed'],
  ['by an unhandled SIGTERM', { code: null, signal: 'SIGTERM' }, 'unhandled-signal'],
  ['unasked, also with code 0', { asked: false, code: 0 }, 'crashed'],
] as const) {
  test(`GenerationPods knows an end ${what}, with the last words`, () => {
    const { pods } = watch()
    pods.take(statusOf({ 1: 'serving' }))
    pods.take(statusOf({}, [exit]))
    const [pod] = pods.records()
    assert.deepEqual([pod!.ending, pod!.state, pod!.output], [ending, 'gone', ['last words']])
    assert.equal(pod!.inPlace!.exitSignal, 'signal' in exit ? exit.signal : null)
  })
}

test('GenerationPods has one as gone that a status still has among those that run', () => {
  const { pods } = watch()
  pods.take(statusOf({ 1: 'serving' }))
  pods.take(statusOf({ 1: 'ending', 2: 'serving' }, [{}]))
  assert.deepEqual([pods.records()[0]!.state, pods.records()[0]!.ending], ['gone', 'clean'])
})

test('GenerationPods does not count one that never was ready as replaced', () => {
  const { pods, steps } = watch()
  pods.take(statusOf({ 1: 'serving', 2: 'starting' }))
  pods.take(statusOf({ 1: 'serving', 2: 'ending' }))
  assert.equal(pods.records()[1]!.ending, 'not-ready')
  pods.take(statusOf({ 1: 'serving' }, [{ generation: 2, code: null, signal: 'SIGKILL' }]))
  const bad = pods.records()[1]!
  assert.deepEqual([bad.ending, bad.deletedAt, bad.state], ['not-ready', undefined, 'gone'])
  assert.equal(steps().at(-1), 'generation-2 pod-exited ended by SIGKILL')
})

test('GenerationPods knows a generation whose whole life was between two statuses', () => {
  const { pods, steps } = watch()
  pods.take(statusOf({ 1: 'serving' }))
  pods.take(
    statusOf({ 3: 'starting' }, [
      { asked: false, code: 9 },
      { generation: 2, asked: false, code: 7 },
    ]),
  )
  assert.deepEqual(
    pods.records().map(({ name, ending }) => [name, ending]),
    [
      ['generation-1', 'crashed'],
      ['generation-2', 'not-ready'],
      ['generation-3', 'running'],
    ],
  )
  assert.ok(steps().includes('generation-2 pod-exited exit code 7'))
})

/** The line that lastcall logs at the end of a generation that was told to end at this time. */
function lineOf(startedAt: number, forced = 0): string {
  const report = { startedAt: new Date(startedAt).toISOString(), events: [], forcedCloses: { total: forced } }
  return JSON.stringify({ level: 'info', name: 'lastcall', msg: 'lastcall: stopped', report })
}

test('GenerationPods gives a report to the generation that was told to end when it begins', async () => {
  const { pods } = watch()
  pods.take(statusOf({ 1: 'serving' }))
  pods.take(statusOf({ 1: 'ending', 2: 'serving' }))
  const { wallMs } = pods.records()[0]!.deletedAt!
  await eventually('the next millisecond', () => Date.now() > wallMs)
  pods.take(statusOf({ 3: 'serving' }, [{}, { generation: 2 }]))
  // The later one comes first.
  pods.hear(lineOf(wallMs + 60_000, 7))
  pods.hear(lineOf(wallMs, 3))
  assert.deepEqual(
    pods.records().map(({ forceClosed }) => forceClosed),
    [3, 7, undefined],
  )
})

test('GenerationPods keeps a report until it has seen the end of its generation', () => {
  const { pods } = watch()
  pods.take(statusOf({ 1: 'serving' }))
  pods.hear(lineOf(Date.now(), 5))
  assert.equal(pods.records()[0]!.report, undefined)
  pods.take(statusOf({ 2: 'serving' }, [{}]))
  assert.equal(pods.records()[0]!.forceClosed, 5)
  assert.equal(pods.records()[1]!.report, undefined)
})

test('GenerationPods takes no other line for a report', () => {
  const { pods } = watch()
  for (const line of [
    '{"report":',
    '{"report":null}',
    '{"report":{"events":[]}}',
    'a "report": of mine',
    '{}',
  ]) {
    pods.hear(line)
  }
  pods.take(statusOf({ 2: 'serving' }, [{}]))
  assert.equal(pods.records()[0]!.report, undefined)
})

test('GenerationPods has all that are left as crashed when their supervisor is lost', () => {
  const { pods } = watch()
  pods.take(statusOf({ 2: 'serving' }, [{}]))
  pods.lose()
  assert.deepEqual(
    pods.records().map(({ ending }) => ending),
    ['not-ready', 'crashed'],
  )
})
