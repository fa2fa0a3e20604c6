import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { main } from '../../../src/cli/main.ts'
import type { RehearsalDocument } from '../../../src/rollout/run-document.ts'
import { captureIo } from '../../helpers/captured-io.ts'
import { assertNothingAgainst } from '../../helpers/quiet-machine.ts'

const document = 'test/fixtures/openapi/shop.yaml'
const flags = (
  '--readiness tcp --replicas 2 --baseline 300ms --cool-down 200ms --endpoint-lag 300ms ' +
  '--shutdown delay=1s,drain=2s,hooks=0s,grace=3s --lanes new-connections,keep-alive'
).split(' ')

test('rehearse --openapi sends the operations, and names each that was left out once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.json')
  const io = captureIo()
  const app = ['--', process.execPath, 'test/fixtures/openapi/shop-app.ts']
  const code = await main(['rehearse', ...flags, '--openapi', document, '--json', file, ...app], io)
  const { load, verdict, openapi } = JSON.parse(readFileSync(file, 'utf8')) as RehearsalDocument
  assert.deepEqual(load.failures, [])
  assertNothingAgainst(code, verdict)
  assert.ok(load.lanes.every(({ requests }) => requests > 0))
  assert.equal(openapi?.sent.length, 4)
  assert.deepEqual(load.operations, { planned: 4, unsent: [] })
  assert.match(
    io.err(),
    /^test\/fixtures\/openapi\/shop\.yaml: 5 of 9 operations are sent, in turn; not sent:\n/,
  )
  assert.equal(
    io.out().match(/the operation GET \/retired was left out: GET \/v1\/retired answered 404/g)?.length,
    1,
  )
})

test('rehearse --openapi refuses a document that cannot be used before it starts anything', async () => {
  const io = captureIo()
  const command = ['--', process.execPath, 'test/fixtures/exiting-app.ts']
  assert.equal(await main(['rehearse', '--openapi', 'package.json', ...command], io), 2)
  assert.match(io.err(), /: --openapi: 'package\.json' has no key 'openapi', wanted 3\.0, 3\.1 or 3\.2\n$/)
})

test('rehearse --quiet says nothing about the operations', async () => {
  const io = captureIo()
  const command = ['--', process.execPath, 'test/fixtures/exiting-app.ts']
  await main(['rehearse', '--quiet', '--replicas', '1', '--openapi', document, ...command], io)
  assert.doesNotMatch(io.err(), /operations/)
})
