import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAgentObjects } from '../../../../src/rollout/drivers/kubernetes/agent-objects.ts'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { agentPlan } from '../../../helpers/agent-plan.ts'
import { FakeApiServer } from '../../../helpers/fake-api-server.ts'

test('a binding whose role the API server does not know yet is created again, and after the role', async (t) => {
  const server = await new FakeApiServer().start(t)
  let refusals = 0
  server.intercept = ({ method, path }, response) => {
    if (method !== 'POST' || !path.endsWith('/rolebindings') || refusals === 2) return false
    refusals++
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ kind: 'Status', reason: 'NotFound', message: 'no such role' }))
    return true
  }
  await createAgentObjects(createApiClient(server.access), agentPlan)
  const created = server.requests
    .filter(({ method }) => method === 'POST')
    .map(({ path }) => path.split('/').at(-1))
  assert.deepEqual(created, [
    'jobs',
    'serviceaccounts',
    'roles',
    'rolebindings',
    'rolebindings',
    'rolebindings',
    'configmaps',
  ])
})
