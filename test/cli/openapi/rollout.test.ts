import assert from 'node:assert/strict'
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
