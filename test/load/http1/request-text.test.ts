import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { bodyHeaders } from '../../../src/load/headers.ts'
import { type Http1Request, writeRequest } from '../../../src/load/http1/request-text.ts'
import { eventually } from '../../helpers/eventually.ts'
import { listen } from '../../helpers/listen.ts'

const host = 'shop.example:8080'
const requests: Readonly<Record<string, Http1Request>> = {
  'GET without a body': { method: 'GET', path: '/items?page=2', headers: { host } },
  'HEAD without a body': { method: 'HEAD', path: '/', headers: { host } },
  'DELETE without a body': { method: 'DELETE', path: '/items/1', headers: { host } },
  'OPTIONS without a body': { method: 'OPTIONS', path: '/', headers: { host } },
  'POST without a body': { method: 'POST', path: '/', headers: { host } },
  'PUT without a body': { method: 'PUT', path: '/', headers: { host } },
  'PATCH without a body': { method: 'PATCH', path: '/', headers: { host } },
  'POST with JSON': { method: 'POST', path: '/echo', headers: { host }, body: '{"id":"é"}' },
  'POST with an empty body': { method: 'POST', path: '/', headers: { host }, body: '' },
  'GET with a body': { method: 'GET', path: '/', headers: { host }, body: 'a' },
  'DELETE with a body': { method: 'DELETE', path: '/', headers: { host }, body: 'a' },
  'PUT with the type of its body': {
    method: 'PUT',
    path: '/',
    headers: { 'content-type': 'text/plain', host, authorization: 'Bearer a' },
    body: 'a',
  },
  'GET with a value beyond ASCII': { method: 'GET', path: '/', headers: { host, 'x-name': 'é' } },
  'POST with a value beyond ASCII': {
    method: 'POST',
    path: '/',
    headers: { host, 'x-name': 'é' },
    body: 'é',
  },
}

/** The bytes that node:http sends. */
async function bytesOfNodes(t: TestContext, spec: Http1Request, keepAlive: boolean): Promise<string> {
  let seen = ''
  const { port } = await listen(
    t,
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => (seen += bytes.toString('latin1')))
    }),
  )
  const { method, path, headers, body } = spec
  const agent = new Agent({ keepAlive, ...(keepAlive && { maxSockets: 1 }) })
  t.after(() => agent.destroy())
  const all = { ...headers, ...bodyHeaders(body, headers) }
  request({ agent, host: '127.0.0.1', port, method, path, headers: all })
    .on('error', () => undefined)
    .end(body)
  const end = `\r\n\r\n${Buffer.from(body ?? '').toString('latin1')}`
  await eventually('the request has come', () => seen.endsWith(end))
  return seen
}

for (const [what, spec] of Object.entries(requests)) {
  test(`writeRequest() writes ${what} byte for byte as node:http does`, async (t) => {
    for (const keepAlive of [true, false]) {
      const { text, encoding } = writeRequest(spec, !keepAlive)
      const own = Buffer.from(text, encoding).toString('latin1')
      assert.equal(own, await bytesOfNodes(t, spec, keepAlive))
    }
  })
}
