import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import type { LabelSelector } from '../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { preflight } from '../../../../src/rollout/drivers/kubernetes/preflight.ts'
import { matchesLabels } from '../../../../src/rollout/drivers/kubernetes/selector.ts'
import { readSurroundings } from '../../../../src/rollout/drivers/kubernetes/surroundings.ts'
import { type TriggerName, triggerNames } from '../../../../src/rollout/trigger.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { FakeApiServer, type Scope, send } from '../../../helpers/fake-api-server.ts'
import { makeWorkload, namespace, putShop } from '../../../helpers/kubernetes-objects.ts'
import { choice } from '../../../helpers/kubernetes-options.ts'

const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`
const autoscalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`
const ours = { matchLabels: { app: 'shop' } }
const closed = { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 }

interface Found {
  readonly problems: string
  readonly notes: string
}

interface Place {
  readonly server: FakeApiServer
  look(trigger: TriggerName): Promise<Found>
}

async function place(t: Scope): Promise<Place> {
  const server = await new FakeApiServer().start(t)
  const api = createApiClient(server.access)
  return {
    server,
    async look(trigger) {
      const { problems, notes } = await readSurroundings(api, makeWorkload(), trigger)
      return { problems: problems.join('\n'), notes: notes.join('\n') }
    },
  }
}

const nothing = { problems: '', notes: '' }

suite('readSurroundings()', () => {
  test('finds nothing to say where there is nothing, or where it is of others', async (t) => {
    const { server, look } = await place(t)
    for (const trigger of triggerNames) assert.deepEqual(await look(trigger), nothing)
    const other = { matchLabels: { app: 'cart' } }
    server.put(budgets, { metadata: { name: 'cart' }, spec: { selector: other }, status: closed })
    server.put(budgets, { metadata: { name: 'none' }, spec: {}, status: closed })
    const scaleTargetRef = { kind: 'Deployment', name: 'cart' }
    server.put(autoscalers, { metadata: { name: 'cart' }, spec: { scaleTargetRef, maxReplicas: 9 } })
    for (const trigger of triggerNames) assert.deepEqual(await look(trigger), nothing)
  })

  test('a PodDisruptionBudget that allows no disruption refuses evictions, and is a note for the rest', async (t) => {
    const { server, look } = await place(t)
    server.put(budgets, { metadata: { name: 'shop' }, spec: { selector: ours }, status: closed })
    const sentence =
      "the PodDisruptionBudget 'shop' allows no disruption now (2 pods are healthy and 2 have to be)"
    for (const trigger of triggerNames) {
      const { problems, notes } = await look(trigger)
      const isRefused = trigger === 'evict' || trigger === 'drain-node'
      assert.ok((isRefused ? problems : notes).startsWith(sentence), trigger)
      assert.equal(isRefused ? notes : problems, '')
    }
  })

  test('a new one, which has not counted the pods yet, gets the time for it', async (t) => {
    const { server, look } = await place(t)
    const uncounted = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
    server.put(budgets, { metadata: { name: 'shop' }, spec: { selector: ours }, status: uncounted })
    const found = look('evict')
    await eventually('it has been read', () => server.requests.some(({ path }) => path.startsWith(budgets)))
    const counted = { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 }
    server.put(budgets, { metadata: { name: 'shop' }, spec: { selector: ours }, status: counted })
    assert.deepEqual(await found, nothing)
  })

  test('one that allows a disruption is nothing to speak of; two for one pod refuse every eviction', async (t) => {
    const { server, look } = await place(t)
    const open = { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 }
    server.put(budgets, { metadata: { name: 'shop' }, spec: { selector: ours }, status: open })
    for (const trigger of triggerNames) assert.deepEqual(await look(trigger), nothing)
    server.put(budgets, { metadata: { name: 'all' }, spec: { selector: {} }, status: open })
    assert.match((await look('evict')).problems, /^the PodDisruptionBudgets shop, all all select the pods/)
    assert.deepEqual(await look('restart'), nothing)
  })

  test('an autoscaler refuses a scale-down, and is a note for the rest', async (t) => {
    const { server, look } = await place(t)
    const scaleTargetRef = { kind: 'Deployment', name: 'shop' }
    const spec = { scaleTargetRef, minReplicas: 2, maxReplicas: 9 }
    server.put(autoscalers, { metadata: { name: 'shop' }, spec })
    const sentence = "the HorizontalPodAutoscaler 'shop' scales Deployment 'shop' (2 to 9 pods)"
    for (const trigger of triggerNames) {
      const { problems, notes } = await look(trigger)
      const isRefused = trigger === 'scale-down'
      assert.ok((isRefused ? problems : notes).startsWith(sentence), trigger)
      assert.equal(isRefused ? notes : problems, '')
    }
  })

  test('what may not be read is a note, and what the cluster does not know is nothing', async (t) => {
    const { server, look } = await place(t)
    server.intercept = ({ path }, response) => {
      if (path !== budgets && path !== autoscalers) return false
      const status = path === budgets ? 403 : 404
      send(response, status, { reason: 'No', message: 'no' })
      return true
    }
    assert.deepEqual(await look('restart'), {
      problems: '',
      notes: 'PodDisruptionBudgets may not be read, so that nothing is known of them',
    })
  })
})

test('preflight() refuses with all problems at once, and hands on the notes', async (t) => {
  const server = await new FakeApiServer().start(t)
  putShop(server)
  const api = createApiClient(server.access)
  server.put(budgets, { metadata: { name: 'shop' }, spec: { selector: ours }, status: closed })
  const { notes } = await preflight(api, choice)
  assert.equal(notes.length, 1)
  await assert.rejects(preflight(api, { ...choice, trigger: 'drain-node' }), {
    code: 'LASTCALL_WORKLOAD',
    message: /no node other than 'node-1'[^]*allows no disruption now/,
  })
})

suite('matchesLabels()', () => {
  const labels = { app: 'shop', tier: 'web' }
  const cases: readonly (readonly [LabelSelector, boolean])[] = [
    [{}, true],
    [{ matchLabels: { app: 'shop' } }, true],
    [{ matchLabels: { app: 'shop', tier: 'api' } }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'api'] }] }, true],
    [{ matchExpressions: [{ key: 'track', operator: 'In', values: ['canary'] }] }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, false],
    [{ matchExpressions: [{ key: 'track', operator: 'NotIn', values: ['canary'] }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  ]
  for (const [selector, matches] of cases)
    test(JSON.stringify(selector), () => assert.equal(matchesLabels(selector, labels), matches))
})
