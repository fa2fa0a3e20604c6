import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { readLoadCommandFlags } from '../../../src/cli/load-command-flags.ts'
import { main } from '../../../src/cli/main.ts'
import { captureIo } from '../../helpers/captured-io.ts'
import { listen } from '../../helpers/listen.ts'

const document = resolve('test/fixtures/openapi/shop.yaml')

test('expectStatus of a lane alone holds for the operations that it sends', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'lastcall.yaml'), "lanes: { keep-alive: { expectStatus: '2xx,404' } }")
  const flags = ['load', '--url', 'http://127.0.0.1:1', '--openapi', document]
  const io = { ...captureIo(), cwd }
  const raw = { url: flags[2], openapi: document, laneFlags: { 'keep-alive': { expectStatus: '2xx,404' } } }
  const { load: options } = readLoadCommandFlags(raw, io)
  const described = options.requests['new-connections'] ?? []
  assert.equal(described.length, 5)
  assert.deepEqual(
    options.requests['keep-alive'],
    described.map((one) => ({
      ...one,
      expectStatus: [
        [200, 299],
        [404, 404],
      ],
    })),
  )
  await main([...flags, '--start-timeout', '0'], io)
  assert.doesNotMatch(io.err(), /The lane/)
  writeFileSync(join(cwd, 'lastcall.yaml'), "lanes: { keep-alive: { expectStatus: '2xx,7xx' } }")
  const refused = { ...captureIo(), cwd }
  assert.equal(await main(flags, refused), 2)
  assert.match(refused.err(), /: lanes\.keep-alive\.expectStatus: got '7xx', wanted a status[^\n]*\n$/)
})

test('lastcall.yaml can name the document, and a lane a request of its own', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'api.json'), JSON.stringify({ openapi: '3.0.3', paths: { '/a': { get: {} } } }))
  const asked = new Set<string>()
  const { port } = await listen(
    t,
    createServer((request, response) => {
      asked.add(request.url ?? '')
      response.end('hello')
    }),
  )
  writeFileSync(
    join(cwd, 'lastcall.yaml'),
    `
load:
  url: http://127.0.0.1:${port}
  openapi: api.json
  duration: 200ms
  lanes: [new-connections, keep-alive]
lanes: { keep-alive: { path: /own } }`,
  )
  const io = { ...captureIo(), cwd }
  await main(['load'], io)
  assert.equal(
    io.err(),
    'api.json: 1 of 1 operation is sent, in turn\n' +
      'The lane keep-alive does not send them, but its own GET /own\n',
  )
  assert.deepEqual(asked, new Set(['/a', '/own']))
  const refused = { ...captureIo(), cwd }
  assert.equal(await main(['load', '--path', '/b', '--openapi', 'none.json'], refused), 2)
  assert.match(refused.err(), /--path: describes one request, and --openapi many/)
  assert.match(refused.err(), /--openapi: 'none\.json' cannot be read/)
})
