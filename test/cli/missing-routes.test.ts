import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { getOf } from '../../src/load/plain-request.ts'
import type { LoadDocument } from '../../src/report/documents.ts'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'
import { listen } from '../helpers/listen.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

// No lane and no route is named: this is what a newcomer's first run looks like.
const shortRun = '--replicas 1 --baseline 500ms --cool-down 300ms --endpoint-lag 300ms --json -'.split(' ')

const runs = [
  ['catch-all-app', 'POST /echo sent id self-test-keep-alive, got ok; pass --path, --method', 'answered in'],
  ['one-route-app', 'POST /echo answered 404: Cannot POST /echo; pass --echo-path', 'answered 404'],
] as const

for (const [app, post, slow] of runs) {
  test(`rehearse loses nothing with a server that has no routes for the load: ${app}`, async () => {
    const io = captureIo()
    const command = ['--', process.execPath, `test/fixtures/routeless/${app}.ts`]
    const code = await main(['rehearse', ...shortRun, ...command], io)
    assert.notEqual(io.out(), '', io.err())
    const { load, verdict } = readDocument<RehearsalDocument>(io.out())
    assert.deepEqual(load.failures, [])
    assertNothingAgainst(code, verdict)
    assert.deepEqual(
      load.lanes.map(({ lane }) => lane),
      ['new-connections', 'keep-alive', 'think-time'],
    )
    for (const { lane, requests } of load.lanes) assert.ok(requests > 0, lane)
    assert.deepEqual(
      load.fellBack.map(({ lane, instead }) => [lane, instead]),
      ['keep-alive', 'think-time'].map((lane) => [lane, getOf('/')]),
    )
    const [instead, leftOut, ...more] = verdict.notes
    assert.ok(instead?.startsWith(`keep-alive and think-time sent GET / instead: ${post}`), instead)
    assert.ok(leftOut?.startsWith(`the lane slow was left out: GET /slow?ms=1000 ${slow}`), leftOut)
    assert.deepEqual(more, [])
  })
}

/** A server with one route, `GET /health`. */
const onlyHealth = (): Server =>
  createServer((request, response) => response.writeHead(request.url === '/health' ? 200 : 404).end())

test('load falls back to the path of its URL', async (t) => {
  const { port } = await listen(t, onlyHealth())
  const io = captureIo()
  const flags = ['--url', `http://127.0.0.1:${port}/health`, '--until-file', 'package.json', '--json', '-']
  await main(['load', ...flags], io)
  const document = readDocument<LoadDocument>(io.out())
  assert.equal(document.failed, 0)
  assert.match(document.verdict.notes[0] ?? '', /^keep-alive and think-time sent GET \/health instead: /)
})

for (const [flags, words] of [
  [['--lanes', 'new-connections,keep-alive'], /POST \/echo answered 404/],
  [['--echo-path', '/orders'], /POST \/orders answered 404/],
  [['--slow-path', '/report'], /GET \/report answered 404/],
  [['--path', '/'], /GET \/ answered 404/],
] as const) {
  test(`load refuses a missing route that was asked for by ${flags[0]}: exit code 2`, async (t) => {
    const { port } = await listen(t, onlyHealth())
    const io = captureIo()
    const url = `http://127.0.0.1:${port}/health`
    assert.equal(await main(['load', '--url', url, '--until-file', 'package.json', ...flags], io), 2)
    assert.match(io.err(), words)
    assert.equal(io.err().match(/ answered 404/g)?.length, 1, io.err())
  })
}
