import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from '../../src/cli/main.ts'
import type { LoadDocument } from '../../src/load/load-document.ts'
import { answer } from '../fixtures/answer.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { listen } from '../helpers/listen.ts'

const short = ['--lanes', 'new-connections,keep-alive', '--json', '-']
const documentOf = (io: CapturedIo): LoadDocument & { schemaVersion: number } =>
  JSON.parse(io.out()) as LoadDocument & { schemaVersion: number }

test('load ends after its duration with one JSON document on stdout and exit code 0', async (t) => {
  const { port } = await listen(t, createServer(answer))
  const io = captureIo()
  const code = await main(
    ['load', '--url', `http://127.0.0.1:${port}`, '--duration', '600ms', '--progress', '200ms', ...short],
    io,
  )
  const document = documentOf(io)
  assert.deepEqual([code, document.schemaVersion, document.failed], [0, 1, 0])
  assert.ok(document.requests > 50)
  assert.match(io.err(), /^\d+ requests, 0 failed {2}\(new-connections \d+\/0 {2}keep-alive \d+\/0\)$/m)
})

test('load ends when the file of --until-file is there', async (t) => {
  const { port } = await listen(t, createServer(answer))
  const io = captureIo()
  assert.equal(
    await main(['load', '--url', `http://127.0.0.1:${port}`, '--until-file', 'package.json', ...short], io),
    0,
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
  assert.equal(await ended, 0)
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
