import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { BeforeAfterDocument, RehearsalDocument } from '../../src/rollout/run-document.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'
import { eventually } from '../helpers/eventually.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

const shortRun = (
  '--replicas 1 --baseline 300ms --cool-down 200ms --endpoint-lag 300ms --lanes new-connections,keep-alive ' +
  '--shutdown delay=1s,drain=2s,hooks=0s,grace=5s'
).split(' ')
const program = (app: string): readonly string[] => ['--', process.execPath, `test/fixtures/${app}.ts`]

test('rehearse --before-after shows what lastcall/auto changes; the second run decides the code', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'both.json')
  const io = captureIo()
  const flags = [...shortRun, '--before-after', '--json', file]
  const code = await main(['rehearse', ...flags, ...program('handlerless-app')], io)
  const { kind, before, after } = readDocument<BeforeAfterDocument>(readFileSync(file, 'utf8'))
  assert.equal(kind, 'before-after')
  assert.deepEqual(
    [before.auto, before.verdict.outcome, before.pods[0]?.ending],
    [false, 'fail', 'unhandled-signal'],
  )
  assert.deepEqual(before.pods[0]?.local?.readiness, { kind: 'tcp' })
  assertNothingAgainst(code, after.verdict)
  assert.deepEqual([after.auto, after.load.failed, after.pods[0]?.ending], [true, 0, 'clean'])
  assert.deepEqual(after.pods[0]?.local?.readiness, { kind: 'probe-server' })
  assert.match(io.out(), /\nall requests +[\d,]+ failed of [\d,]+ +0 failed of [\d,]+\n/)
  assert.match(io.err(), /Run 1 of 2: [^]*phase baseline[^]*Run 2 of 2: [^]*phase baseline/)
})

test('rehearse --before-after --quiet prints one line', async () => {
  const io = captureIo()
  await main(['rehearse', ...shortRun, '--before-after', '--quiet', ...program('handlerless-app')], io)
  assert.match(
    io.out(),
    /^\w+ {2}0 failed of [\d,]+ requests under lastcall\/auto, [\d,]+ failed of [\d,]+ without it\n$/,
  )
  assert.equal(io.err(), '')
})

test('rehearse --before-after that is ended in its first run has the report of that run only', async () => {
  const io = captureIo()
  const flags = [...shortRun, '--before-after', '--baseline', '20s']
  const ended = main(['rehearse', ...flags, ...program('handlerless-app')], io)
  await eventually('the load has begun', () => io.err().includes('phase baseline'))
  io.send('SIGINT')
  assert.equal(await ended, 130)
  assert.match(io.out(), /INCONCLUSIVE .* ended early: SIGINT/)
  assert.doesNotMatch(io.err(), /Run 2 of 2/)
})

test('rehearse --before-after keeps the result of its first run when the second one cannot begin', async () => {
  const io = captureIo()
  const script = `
    if (process.env.NODE_OPTIONS?.includes('/auto/')) throw new Error('not like this')
    require('node:http').createServer((_, response) => response.end()).listen(process.env.PORT)`
  const flags = [...shortRun, '--before-after', '--lanes', 'new-connections']
  const code = await main(['rehearse', ...flags, '--', process.execPath, '-e', script], io)
  assert.equal(code, 2)
  assert.match(io.out(), /FAIL {2}[\d,]+ failed of/)
  assert.match(io.err(), /The application did not become ready: [^]*\| Error: not like this/)
})

test('rehearse --auto says in its verdict that nothing of lastcall/auto was seen', async () => {
  const io = captureIo()
  const script = `
    const { NODE_OPTIONS, ...env } = process.env
    const [node, ...args] = [process.execPath, 'test/fixtures/careful-app.ts']
    const child = require('node:child_process').spawn(node, args, { env, stdio: 'inherit' })
    process.on('SIGTERM', () => child.kill())
    child.on('exit', (code) => process.exit(code))`
  const flags = [...shortRun, '--auto', '--json', '-']
  const code = await main(['rehearse', ...flags, '--', process.execPath, '-e', script], io)
  const { auto, verdict } = readDocument<RehearsalDocument>(io.out())
  assertNothingAgainst(code, verdict)
  assert.equal(auto, true)
  assert.match(
    verdict.notes.join('\n'),
    /its port accepted connections[^]*lastcall\/auto did nothing in this run/,
  )
})
