import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

interface Run {
  readonly code: number
  readonly io: CapturedIo
  readonly document: RehearsalDocument
}

// Without think-time: its pauses are longer than this short delay, and the race that they run is not what
// these tests are about.
const shortRun = (
  '--readiness tcp --replicas 2 --baseline 300ms --cool-down 200ms --endpoint-lag 300ms ' +
  '--shutdown delay=1s,drain=2s,hooks=0s,grace=3s --slow-time 1200ms --lanes new-connections,keep-alive,slow'
).split(' ')

async function rehearse(t: TestContext, app: string, ...flags: string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.json')
  const io = captureIo()
  const command = ['--', process.execPath, `test/fixtures/${app}.ts`]
  const code = await main(['rehearse', ...shortRun, '--json', file, ...flags, ...command], io)
  return { code, io, document: readDocument<RehearsalDocument>(readFileSync(file, 'utf8')) }
}

test('rehearse loses nothing with an application that serves on before it closes: exit code 0', async (t) => {
  const { code, io, document } = await rehearse(t, 'careful-app')
  assert.deepEqual(document.load.failures, [])
  assertNothingAgainst(code, document.verdict)
  assert.equal(document.schemaVersion, 2)
  assert.match(
    io.out(),
    /(PASS|INCONCLUSIVE) {2}0 failed of [\d,]+ requests in 1 rollout \(2 pods replaced\)/,
  )
  assert.deepEqual(
    document.pods.map(({ ending }) => ending),
    ['clean', 'clean', 'running', 'running'],
  )
  assert.deepEqual(
    document.phases.map(({ name }) => name),
    ['start', 'self-test', 'baseline', 'rollout', 'drain', 'cool-down'],
  )
  assert.deepEqual(
    document.timeline.filter(({ kind }) => kind === 'phase-started').map(({ detail }) => detail),
    document.phases.map(({ name }) => name),
  )
  assert.ok(document.load.lanes.every((lane) => lane.requests > 0))
  assert.match(io.err(), /phase baseline\n[^]*pod-1 {2}pod signalled\n/)
})

test('rehearse sees what an application loses that closes at once while clients still find it: exit code 1', async (t) => {
  const { code, io, document } = await rehearse(t, 'abrupt-app')
  assert.equal(code, 1)
  const refused = document.load.failures.filter(({ error }) => error?.code === 'ECONNREFUSED')
  assert.ok(refused.length > 0)
  const old = ['pod-1', 'pod-2']
  for (const { target, startedAt } of refused) {
    assert.ok(old.includes(target ?? ''), target)
    assert.ok(
      startedAt.monotonicMs >=
        document.pods.find(({ name }) => name === target)!.signalledAt!.monotonicMs - 50,
    )
  }
  assert.equal(
    document.load.lanes.reduce((sum, lane) => sum + (lane.phases.baseline?.failed ?? 0), 0),
    0,
  )
  assert.match(io.out(), /no server listened on that port/)
  assert.match(
    io.out(),
    /Refused: \d+ requests, [^]*\n {2}What helps: a longer delay [^]*\n {2}\d+ on pod-1(?: \(killed\))?, the first at/,
  )
  assert.match(io.out(), /FAIL {2}\d+ failed of/)
})

test('rehearse fails when a pod has to be killed, and says so, also when no request failed', async (t) => {
  const { code, io, document } = await rehearse(t, 'deaf-app', '--lanes', 'new-connections')
  assert.deepEqual([code, document.load.failed], [1, 0])
  assert.match(io.out(), /pod-1, pod-2 did not end within the grace period/)
  assert.match(io.out(), /Last lines of pod-1:\n {2}\| not listening/)
})

test('rehearse fails when pods crash under the load, with their last words', async (t) => {
  const { code, io } = await rehearse(t, 'crashing-app', '--baseline', '1s')
  assert.equal(code, 1)
  assert.match(io.out(), /pod-1, pod-2.* ended without being asked to/)
  assert.match(io.out(), /the 40th request was too much/)
  assert.match(io.out(), /failed in the baseline, before anything was restarted/)
})

test('rehearse is inconclusive with too few connections: exit code 3', async (t) => {
  const { code, io } = await rehearse(t, 'careful-app', '--rate', '20')
  assert.equal(code, 3)
  assert.match(io.out(), /INCONCLUSIVE {2}0 failed/)
})

test('rehearse repeats the rollout as often as it is told; --quiet prints one line', async (t) => {
  const flags = ['--replicas', '1', '--restarts', '2', '--quiet']
  const { code, io, document } = await rehearse(t, 'careful-app', ...flags)
  assertNothingAgainst(code, document.verdict)
  assert.match(document.verdict.sentence, /in 2 rollouts \(2 pods replaced\)/)
  assert.equal(io.out(), `${document.verdict.outcome.toUpperCase()}  ${document.verdict.sentence}\n`)
  assert.equal(io.err(), '')
})

test('rehearse refuses an application that never becomes ready with its output: exit code 2', async () => {
  for (const [app, words] of [
    ['exiting-app', /no database, no service/],
    ['silent-app', /did not listen/],
  ] as const) {
    const io = captureIo()
    const flags = ['--replicas', '1', '--ready-timeout', app === 'silent-app' ? '500ms' : '10s']
    assert.equal(await main(['rehearse', ...flags, '--', process.execPath, `test/fixtures/${app}.ts`], io), 2)
    assert.match(io.err(), words)
    assert.equal(io.out(), '')
  }
})

test('rehearse leaves out a slow lane that is not slow, and says so in its verdict', async (t) => {
  const flags = ['--replicas', '1', '--slow-path', '/', '--lanes', 'new-connections,slow']
  const { code, io, document } = await rehearse(t, 'careful-app', ...flags)
  assertNothingAgainst(code, document.verdict)
  assert.deepEqual(
    document.load.lanes.map(({ lane }) => lane),
    ['new-connections'],
  )
  assert.match(
    io.out(),
    /0 failed of [^]*\n {2}- the lane slow was left out: GET \/ answered in .*--slow-path/,
  )
})

test('rehearse refuses routes that the application does not have, before the load starts: exit code 2', async () => {
  const io = captureIo()
  const flags = ['--replicas', '1', '--readiness', 'tcp', '--echo-path', '/nowhere']
  assert.equal(
    await main(['rehearse', ...flags, '--', process.execPath, 'test/fixtures/careful-app.ts'], io),
    2,
  )
  assert.match(io.err(), /POST \/nowhere answered 404.*--echo-path/)
})
