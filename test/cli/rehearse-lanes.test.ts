import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'

const shortRun = (
  '--replicas 1 --baseline 500ms --cool-down 300ms --endpoint-lag 300ms --rate 100 ' +
  '--shutdown delay=1s,drain=5s,hooks=1s,grace=10s --slow-time 1500ms --quiet'
).split(' ')

async function rehearse(
  t: TestContext,
  flags: readonly string[],
  command: readonly string[],
): Promise<RehearsalDocument> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.json')
  const io = captureIo()
  await main(['rehearse', ...shortRun, '--json', file, ...flags, '--', process.execPath, ...command], io)
  assert.equal(io.err(), '')
  return readDocument<RehearsalDocument>(readFileSync(file, 'utf8'))
}

const added: readonly string[] = ['stream', 'slow-reader', 'websocket', 'sse', 'http2']

test('rehearse --lanes all loses nothing in any lane of the example', async (t) => {
  const example = ['--import', './scripts/from-source.ts', 'examples/fastify/server.ts']
  const { load, pods } = await rehearse(t, ['--lanes', 'all'], example)
  assert.deepEqual(load.failures, [])
  assert.equal(load.lanes.length, 9)
  for (const lane of load.lanes) assert.ok(lane.requests > 0, `${lane.lane} sent nothing`)
  assert.deepEqual(
    pods.map(({ ending }) => ending),
    ['clean', 'running'],
  )
})

test('rehearse sees in every lane what an application loses that is gone at once', async (t) => {
  const flags = ['--readiness', 'tcp', '--lanes', added.join(',')]
  const { load } = await rehearse(t, flags, ['test/fixtures/vanishing-app.ts'])
  assert.deepEqual(
    load.lanes.map(({ lane }) => lane),
    added,
  )
  for (const lane of load.lanes) {
    assert.ok(lane.failed > 0, `${lane.lane} lost nothing`)
    assert.equal(lane.phases.baseline?.failed ?? 0, 0, lane.lane)
  }
  const codesOf = (name: string): readonly (string | undefined)[] =>
    load.failures.filter(({ lane }) => lane === name).map(({ error }) => error?.code)
  assert.ok(codesOf('websocket').includes('WEBSOCKET_1006'))
  for (const lane of added) assert.ok(!codesOf(lane).includes('CLIENT_TIMEOUT'), lane)
})
