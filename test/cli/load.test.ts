import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from '../../src/cli/main.ts'
import type { LoadDocument } from '../../src/report/documents.ts'
import { answer } from '../fixtures/answer.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'
import { listen } from '../helpers/listen.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

const short = ['--lanes', 'new-connections,keep-alive', '--json', '-']
const documentOf = (io: CapturedIo): LoadDocument => readDocument<LoadDocument>(io.out())

test('load ends after its duration with one JSON document on stdout and exit code 0', async (t) => {
  const { port } = await listen(t, createServer(answer))
  const io = captureIo()
  const code = await main(
    ['load', '--url', `http://127.0.0.1:${port}`, '--duration', '600ms', '--progress', '200ms', ...short],
    io,
  )
  const document = documentOf(io)
  assertNothingAgainst(code, document.verdict)
  assert.deepEqual([document.schemaVersion, document.failed], [2, 0])
  assert.ok(document.requests > 50)
  assert.match(io.err(), /^\d+ requests, 0 failed {2}\(new-connections \d+\/0 {2}keep-alive \d+\/0\)$/m)
})

test('load ends when the file of --until-file is there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'stop')
  let answered = 0
  const server = createServer(answer).on('request', () => {
    if (++answered === 40) writeFileSync(file, '')
  })
  const { port } = await listen(t, server)
  const io = captureIo()
  const code = await main(['load', '--url', `http://127.0.0.1:${port}`, '--until-file', file, ...short], io)
  assertNothingAgainst(code, documentOf(io).verdict)
  assert.ok(documentOf(io).requests >= 30)
})

test('load is inconclusive when it ended before a request of every lane did: exit code 3', async (t) => {
  const { port } = await listen(t, createServer(answer))
  const io = captureIo()
  const code = await main(
    ['load', '--url', `http://127.0.0.1:${port}`, '--until-file', 'package.json', '--lanes', 'think-time'],
    io,
  )
  assert.equal(code, 3)
  assert.match(
    io.out(),
    /\nINCONCLUSIVE {2}0 failed of \d+ requests\n[^]* {2}- no request of .* ended in this run/,
  )
})

test('load is inconclusive when requests were never sent: exit code 3', async (t) => {
  let served = 0
  const server = createServer((request, response) => {
    // The generator lives in the same process: it is too late for all slots of this time.
    if (++served === 20) for (const end = performance.now() + 1_600; performance.now() < end;);
    request.resume()
    response.end('{}')
  })
  const { port } = await listen(t, server)
  const io = captureIo()
  const flags = ['--lanes', 'keep-alive', '--method', 'POST', '--duration', '2s', '--rate', '200']
  const code = await main(['load', '--url', `http://127.0.0.1:${port}`, ...flags], io)
  assert.equal(code, 3)
  const [, failed, unsent, planned] =
    /INCONCLUSIVE {2}(\d+) failed of [^]* {2}- (\d+) of (\d+) planned requests were never sent \(keep-alive \d+\): .*--rate/.exec(
      io.out(),
    ) ?? []
  assert.equal(failed, '0')
  assert.ok(Number(unsent) > Number(planned) / 2, io.out())
})

test('load is inconclusive when its own event loop stalled for 100 ms: exit code 3', async (t) => {
  let stalled = false
  let served = 0
  const server = createServer((request, response) => {
    // The generator lives in the same process as this server.
    if (!stalled && served++ > 20) {
      stalled = true
      for (const end = performance.now() + 150; performance.now() < end;);
    }
    answer(request, response)
  })
  const { port } = await listen(t, server)
  const io = captureIo()
  const code = await main(
    ['load', '--url', `http://127.0.0.1:${port}`, '--duration', '600ms', '--lanes', 'new-connections'],
    io,
  )
  assert.equal(code, 3)
  assert.match(
    io.out(),
    /INCONCLUSIVE {2}0 failed.*\n {2}- the load generator stalled for \d+ ms at \+\d\.\d s/,
  )
})

test('load ends on SIGTERM after what is outstanding, and reports failures with exit code 1', async (t) => {
  const asked = Promise.withResolvers<void>()
  let selfTested = false
  const server = createServer((request, response) => {
    if (!selfTested) {
      selfTested = true
      response.end()
      return
    }
    asked.resolve()
    setTimeout(() => response.writeHead(request.url === '/' ? 500 : 200).end(), 200)
  })
  const { port } = await listen(t, server)
  const io = captureIo()
  const ended = main(
    ['load', '--url', `http://127.0.0.1:${port}`, '--lanes', 'new-connections', '--json', '-'],
    io,
  )
  await asked.promise
  io.send('SIGTERM')
  assert.equal(await ended, 1)
  const document = documentOf(io)
  assert.ok(document.requests >= 1 && document.failures.length === document.requests)
  const [failure] = document.failures
  assert.deepEqual([failure!.error?.code, failure!.status, failure!.remotePort], ['HTTP_500', 500, port])
  assert.deepEqual(io.deaths, [])
})

test('load waits for a target that is not there yet', async (t) => {
  const placeholder = createServer()
  const { port } = await listen(t, placeholder)
  await new Promise((resolve) => placeholder.close(resolve))
  const io = captureIo()
  const ended = main(['load', '--url', `http://127.0.0.1:${port}`, '--duration', '200ms', ...short], io)
  await sleep(300)
  const server = createServer(answer).listen(port, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  assertNothingAgainst(await ended, documentOf(io).verdict)
})

test('load gives up on a target that is not there in time: exit code 2', async (t) => {
  const server = createServer()
  const { port } = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  const io = captureIo()
  assert.equal(
    await main(['load', '--url', `http://127.0.0.1:${port}`, '--start-timeout', '100ms', ...short], io),
    2,
  )
  assert.match(io.err(), /GET \/ got no answer: ECONNREFUSED/)
})

test('load leaves out a slow lane that is not slow, and says so in its verdict', async (t) => {
  const { port } = await listen(
    t,
    createServer((_, response) => response.end('hello')),
  )
  const flags = ['--url', `http://127.0.0.1:${port}`, '--duration', '200ms', '--json', '-']
  const io = captureIo()
  const code = await main(['load', '--lanes', 'new-connections,slow', ...flags], io)
  const { lanes, verdict } = documentOf(io)
  assertNothingAgainst(code, verdict)
  assert.deepEqual(
    lanes.map(({ lane }) => lane),
    ['new-connections'],
  )
  assert.match(
    verdict.notes.join(),
    /^the lane slow was left out: GET \/slow\?ms=1000 answered in .*--slow-path/,
  )
  const refused = captureIo()
  assert.equal(await main(['load', '--lanes', 'slow', ...flags], refused), 2)
  assert.match(refused.err(), /GET \/slow\?ms=1000 answered in .*--slow-path/)
})

test('load writes the length of a body and the name of a header field, not what they are', async (t) => {
  const { port } = await listen(t, createServer(answer))
  const url = `http://127.0.0.1:${port}`
  const secrets = ['--body', 'card 4111', '--header', 'X-Token: s3cret']
  const io = captureIo()
  await main(['load', '--url', url, '--duration', '200ms', ...secrets, ...short], io)
  assert.doesNotMatch(io.out() + io.err(), /4111|s3cret/)
  const { options } = JSON.parse(io.out()) as {
    options: { headers: string[]; requests: Record<string, { method: string; bodyBytes: number }[]> }
  }
  assert.deepEqual(options.headers, ['host', 'x-token'])
  const { method, bodyBytes } = options.requests['new-connections']![0]!
  assert.deepEqual([method, bodyBytes], ['POST', 9])
})

test('load takes a rate of 100000, which no machine sends, and refuses more', async () => {
  for (const [rate, isRefused] of [
    ['100000', false],
    ['100001', true],
  ] as const) {
    const io = captureIo()
    const flags = ['--url', 'http://127.0.0.1:1', '--rate', rate, '--duration', 'never']
    assert.equal(await main(['load', ...flags], io), 2)
    assert.match(io.err(), /--duration/)
    assert.equal(io.err().includes('--rate'), isRefused, io.err())
  }
})
