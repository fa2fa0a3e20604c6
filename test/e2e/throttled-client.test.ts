import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readDocument } from '../../e2e/client-pod.ts'
import { type Download, download, type Reading } from '../../e2e/throttled-client.ts'

const text = Buffer.alloc(400_000, 'a line of text\n')
const sign = (body: Buffer): Buffer =>
  Buffer.concat([body, Buffer.from(`sha256 ${createHash('sha256').update(body).digest('hex')}\n`)])
const whole = sign(text)

async function serve(t: TestContext, answer: (response: ServerResponse) => void): Promise<Reading> {
  const server = createServer((_, response) => answer(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { host: '127.0.0.1', port, path: '/large', bytesPerSecond: 1_000_000, silenceMs: 10_000 }
}

test('download reads a whole answer no faster than it is told to, and says which pod it came from', async (t) => {
  const reading = await serve(t, (response) =>
    response.writeHead(200, { 'content-length': whole.length, pod: 'shop-7' }).end(whole),
  )
  const { fromMs, untilMs, ...rest } = await download(reading)
  assert.deepEqual(rest, {
    end: 'whole',
    pod: 'shop-7',
    bodyBytes: whole.length,
    wantedBytes: whole.length,
    why: '',
  })
  // The last chunk, of at most 64 KiB, is not waited for.
  assert.ok(untilMs - fromMs >= 330, `${untilMs - fromMs} ms`)
})

const head = { 'content-length': whole.length }
for (const [how, answer, end, why] of [
  [
    'ends before its length',
    (response: ServerResponse) =>
      response.writeHead(200, head).write(whole.subarray(0, 9_000), () => response.socket?.end()),
    'cut',
    /the server ended the connection/,
  ],
  [
    'is reset',
    (response: ServerResponse) =>
      response.writeHead(200, head).write(whole.subarray(0, 9_000), () => response.socket?.resetAndDestroy()),
    'cut',
    // Node 22 ends a connection here that it was told to reset.
    /ECONNRESET|ended the connection/,
  ],
  [
    'has another byte in it',
    (response: ServerResponse) => response.writeHead(200, head).end(Buffer.from(whole).fill('b', 5, 6)),
    'cut',
    /its hash is another/,
  ],
  [
    'falls silent',
    (response: ServerResponse) => void response.writeHead(200, head).write(whole.subarray(0, 9_000)),
    'cut',
    /no byte for 300 ms/,
  ],
  ['never begins', () => undefined, 'refused', /no byte for 300 ms/],
  [
    'has no length',
    (response: ServerResponse) => response.writeHead(200).end(whole),
    'cut',
    /ended the connection/,
  ],
  [
    'is an error',
    (response: ServerResponse) => response.writeHead(503, head).end(whole),
    'cut',
    /HTTP\/1\.1 503 Service Unavailable/,
  ],
] as const) {
  test(`download says so when an answer ${how}`, async (t) => {
    const reading = await serve(t, answer)
    const result = await download({ ...reading, silenceMs: 300 })
    assert.equal(result.end, end)
    assert.match(result.why, why)
  })
}

test('download says so when nobody listens', async () => {
  const reading = { host: '127.0.0.1', port: 1, path: '/', bytesPerSecond: 1_000, silenceMs: 5_000 }
  const { end, why } = await download(reading)
  assert.equal(end, 'refused')
  assert.match(why, /ECONNREFUSED/)
})

test('the client runs from its text alone, as in its pod, and ends with one JSON document when the file is there', async (t) => {
  const reading = await serve(t, (response) => response.writeHead(200, head).end(whole))
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'stop')
  const source = readFileSync('e2e/throttled-client.ts', 'utf8')
  const args = [file, 2, reading].map((value) => JSON.stringify(value)).join(', ')
  const main = `console.log(JSON.stringify(await downloadUntil(${args})))`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', `${source}\n${main}\n`])
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part))
  setTimeout(() => writeFileSync(file, ''), 1_000)
  const [code] = (await once(child, 'close')) as [number]
  const downloads = readDocument(out) as Download[]
  assert.equal(code, 0)
  assert.ok(downloads.length >= 1 && downloads.every(({ end }) => end === 'whole'), out)
})

test('readDocument finds the JSON behind progress lines, and shows the log when there is none', () => {
  assert.deepEqual(readDocument('12 requests, 0 failed  (x 12/0)\n{\n  "a": [1]\n}\n'), { a: [1] })
  assert.deepEqual(readDocument('[1]\n'), [1])
  assert.throws(
    () => readDocument('Error: out of memory\n    at main'),
    /its last lines:\nError: out of memory/,
  )
  assert.throws(() => readDocument('{"half'), /its last lines:\n\{"half/)
})
