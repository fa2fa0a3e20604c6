import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AppliedObject } from '../../helpers/apply-manifests.ts'
import { begin, startCluster } from '../../helpers/rollout-command.ts'

const document = 'test/fixtures/openapi/shop.yaml'

test('rollout --openapi --dry-run says which operations the load would send', async (t) => {
  const cluster = await startCluster(t)
  const { io, code } = begin(t, cluster, '--openapi', document, '--dry-run')
  assert.equal(await code, 0)
  assert.match(io.out(), /\nThe load sends these operations, in turn:\n {2}GET \/v1\/orders\?status=open\n/)
  assert.equal(io.out().match(/ {2}GET \/v1\/tenants\n/g)?.length, 1)
  assert.match(io.err(), /5 of 9 operations are sent/)
})

test('rollout --openapi refuses a query in --url, which no operation would have', async (t) => {
  const cluster = await startCluster(t)
  const { io, code } = begin(t, cluster, '--openapi', document, '--url', 'http://shop/?key=x', '--dry-run')
  assert.equal(await code, 2)
  assert.match(io.err(), /: --url: its query is not sent with --openapi; leave it out\n$/)
})

test('rollout --openapi gives the agent the requests, and not the document', async (t) => {
  const cluster = await startCluster(t)
  const { io, code } = begin(t, cluster, '--openapi', document, '--print-manifests')
  assert.equal(await code, 0)
  const { items } = JSON.parse(io.out()) as { items: readonly AppliedObject[] }
  const text = JSON.stringify(items)
  assert.match(text, /\/v1\/orders\/a%2Fb%207/)
  assert.match(text, /x-tenant/)
  assert.doesNotMatch(text, /operationId|What was there once/)
})

test('rollout --openapi --print-manifests fits into what kubectl apply keeps, however long the document', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'long.json')
  const parameters = ['a', 'b', 'c'].map((name) => ({ name, in: 'query', required: true, example: '"1"' }))
  const paths = Array.from({ length: 2_000 }, (_, index) => [`/"${index}"`, { get: { parameters } }] as const)
  writeFileSync(file, JSON.stringify({ openapi: '3.1.0', paths: Object.fromEntries(paths) }))
  const cluster = await startCluster(t)
  const lanes = ['--lanes', 'new-connections,keep-alive,think-time,http2', '--http2-port', '80']
  const { io, code } = begin(t, cluster, '--openapi', file, ...lanes, '--print-manifests')
  assert.equal(await code, 0, io.err())
  const { items } = JSON.parse(io.out()) as { items: readonly object[] }
  const sizes = items.map((item) =>
    Buffer.byteLength(JSON.stringify(item).replaceAll(/[<>&]/g, String.raw`\u0026`)),
  )
  assert.ok(Math.max(...sizes) > 150_000)
  // All annotations of an object together, in Kubernetes' validation.
  assert.ok(Math.max(...sizes) < 262_144, String(sizes))
})
