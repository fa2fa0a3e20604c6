import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { permissionsFor } from '../../../../src/rollout/drivers/kubernetes/permissions.ts'
import { agentRules, toRules, toText } from '../../../../src/rollout/drivers/kubernetes/policy-rules.ts'
import { preflight } from '../../../../src/rollout/drivers/kubernetes/preflight.ts'
import { LastcallError } from '../../../../src/core/errors.ts'
import { FakeApiServer, type Scope } from '../../../helpers/fake-api-server.ts'
import { makeDeployment, paths, putShop } from '../../../helpers/kubernetes-objects.ts'
import { choice } from '../../../helpers/kubernetes-options.ts'

async function shop(t: Scope): Promise<FakeApiServer> {
  const server = await new FakeApiServer().start(t)
  putShop(server)
  return server
}

suite('preflight()', () => {
  test('finds the workload and its Service, and changes nothing', async (t) => {
    const server = await shop(t)
    const before = server.names()
    const { workload, service } = await preflight(createApiClient(server.access), choice)
    assert.deepEqual([workload.name, service?.service], ['shop', 'shop'])
    assert.deepEqual(server.names(), before)
    assert.ok(server.requests.every(({ method, path }) => method === 'GET' || path.endsWith('reviews')))
  })

  test('lists every permission that is missing, what for, and the Role that grants them', async (t) => {
    const server = await shop(t)
    for (const missing of ['patch deployments', 'create jobs', 'get pods', 'watch pods'])
      server.denied.add(missing)
    const error = await preflight(createApiClient(server.access), choice).catch((caught: unknown) => caught)
    assert.ok(error instanceof LastcallError)
    assert.equal(error.code, 'LASTCALL_PERMISSION')
    const [table = '', role = ''] = error.problems
    assert.deepEqual(
      table.split('\n').map((line) => line.trim()),
      [
        "in the namespace 'ns' you may not:",
        "patch deployments.apps 'shop'  restart it",
        'get pods                       follow the agent',
        'watch pods                     follow the agent',
        "get pods/log                   read the agent's log",
        'create jobs.batch              run the agent',
      ],
    )
    assert.match(
      role,
      /kind: Role\n[^]*apiGroups: \['apps'\]\n +resources: \['deployments'\]\n +resourceNames: \['shop'\]\n +verbs: \['patch'\]/,
    )
    assert.match(role, /resources: \['pods\/log'\]\n +verbs: \['get'\]/)
  })

  test('without the right to create roles it is observed from here, and the notes say why', async (t) => {
    const server = await shop(t)
    const api = createApiClient(server.access)
    assert.equal((await preflight(api, choice)).observeFrom, 'cluster')
    server.denied.add('create roles').add('get events')
    const { observeFrom, notes } = await preflight(api, choice)
    assert.equal(observeFrom, 'here')
    assert.match(notes[0] ?? '', /you may not make an account for the agent \(create roles\.rbac[^,]*\)/)
  })

  test('what is missing for that as well is asked for, and not the right to create roles', async (t) => {
    const server = await shop(t)
    server.denied.add('create roles').add('watch events')
    const asked = preflight(createApiClient(server.access), choice)
    await assert.rejects(asked, ({ problems }: LastcallError) => {
      assert.match(problems[0] ?? '', /^in the namespace 'ns' you may not:\n +watch events +observe$/)
      assert.doesNotMatch(problems.join(), /roles/)
      return true
    })
  })

  test('who says where to observe, or names an account, gets that or nothing', async (t) => {
    const server = await shop(t)
    const api = createApiClient(server.access)
    server.denied.add('create roles')
    await assert.rejects(preflight(api, { ...choice, observeFrom: 'cluster' }), { message: /create roles/ })
    server.denied.add('patch configmaps')
    await assert.rejects(preflight(api, { ...choice, serviceAccount: 'watcher' }), {
      message: /patch configmaps/,
    })
    assert.equal((await preflight(api, { ...choice, observeFrom: 'here' })).observeFrom, 'here')
  })

  test('permissions come first: without them nothing else can be found out', async (t) => {
    const server = await new FakeApiServer().start(t)
    server.denied.add('get deployments')
    await assert.rejects(preflight(createApiClient(server.access), choice), { code: 'LASTCALL_PERMISSION' })
  })

  test('refuses a workload that cannot be restarted', async (t) => {
    const server = await shop(t)
    server.put(
      paths.deployments,
      makeDeployment({ spec: { paused: true } }) as unknown as Parameters<FakeApiServer['put']>[1],
    )
    await assert.rejects(preflight(createApiClient(server.access), choice), {
      code: 'LASTCALL_WORKLOAD',
      message: /is paused/,
    })
  })
})

suite('permissions', () => {
  const workload = { resource: 'deployments', name: 'shop' }
  const ownAccount = { observeFrom: 'cluster', serviceAccount: undefined, trigger: 'restart' } as const

  test('a role may be given only what one has: every rule of the agent is asked for', () => {
    const asked = permissionsFor(workload, ownAccount).map(toText)
    for (const { apiGroups, resources, verbs } of agentRules('lastcall-1')) {
      for (const verb of verbs) {
        for (const resource of resources) {
          const group = apiGroups[0] === '' ? '' : `.${apiGroups[0]}`
          assert.ok(asked.includes(`${verb} ${resource}${group}`), `${verb} ${resource}${group}`)
        }
      }
    }
  })

  test('with an account of the user no right to create roles is needed', () => {
    const asked = permissionsFor(workload, { ...ownAccount, serviceAccount: 'watcher' }).map(toText)
    assert.deepEqual(
      asked.filter((text) => /role|serviceaccount|endpointslice/.test(text)),
      [],
    )
    assert.ok(asked.includes('create jobs.batch'))
  })

  test('each is asked for once', () => {
    const asked = permissionsFor(workload, ownAccount).map(toText)
    assert.equal(new Set(asked).size, asked.length)
  })

  test('toRules() joins the verbs of one resource and keeps names apart', () => {
    const pods = { group: '', resource: 'pods', why: '' }
    assert.deepEqual(
      toRules([
        { verb: 'get', ...pods },
        { verb: 'list', ...pods },
        { verb: 'get', ...pods, name: 'a' },
      ]),
      [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
        { apiGroups: [''], resources: ['pods'], resourceNames: ['a'], verbs: ['get'] },
      ],
    )
  })
})
