import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import type { ServiceObject } from '../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import {
  findService,
  type ServiceChoice,
  type ServiceTarget,
} from '../../../../src/rollout/drivers/kubernetes/service.ts'
import { FakeApiServer } from '../../../helpers/fake-api-server.ts'
import { makeDeployment, makeService, makeWorkload, paths } from '../../../helpers/kubernetes-objects.ts'

const nothing: ServiceChoice = { service: undefined, port: undefined, http2Port: undefined }

async function find(
  t: TestContext,
  services: readonly ServiceObject[],
  {
    choice = {},
    workload = makeWorkload(),
  }: { choice?: Partial<ServiceChoice>; workload?: ReturnType<typeof makeWorkload> } = {},
): Promise<ServiceTarget> {
  const server = await new FakeApiServer().start(t)
  for (const service of services)
    server.put(paths.services, service as unknown as Parameters<FakeApiServer['put']>[1])
  return findService(createApiClient(server.access), workload, { ...nothing, ...choice })
}

const http = { port: 80, targetPort: 'http' }
const refused = (message: RegExp): object => ({ code: 'LASTCALL_SERVICE', message })

suite('findService()', () => {
  test('finds the one Service that selects the pods, with its port and the path of the readiness probe', async (t) => {
    const other = makeService('cart', [http], { selector: { app: 'cart' } })
    const found = await find(t, [other, makeService('shop', [http])])
    assert.deepEqual(found, {
      service: 'shop',
      address: '127.0.0.1',
      port: 80,
      targetPort: 'http',
      http2Port: undefined,
      probePath: '/readyz',
    })
  })

  test('lists several, and takes the one that is named', async (t) => {
    const services = [makeService('shop', [http]), makeService('shop-internal', [http])]
    await assert.rejects(
      find(t, services),
      refused(
        /2 Services select the pods of Deployment 'shop'; choose one with --service: shop, shop-internal/,
      ),
    )
    const found = await find(t, services, { choice: { service: 'shop-internal' } })
    assert.equal(found.service, 'shop-internal')
  })

  test('names the labels that no Service selects', async (t) => {
    const strangers = [
      makeService('cart', [http], { selector: { app: 'cart' } }),
      makeService('manual', [http], { selector: undefined }),
    ]
    await assert.rejects(
      find(t, strangers),
      refused(
        /no Service in the namespace 'ns' selects the pods of Deployment 'shop' \(app=shop, tier=web\)/,
      ),
    )
  })

  test('a named Service that is not there, or selects something else, is refused with those that would do', async (t) => {
    const services = [makeService('shop', [http]), makeService('cart', [http], { selector: { app: 'cart' } })]
    await assert.rejects(
      find(t, services, { choice: { service: 'nope' } }),
      refused(/'nope' is not there; those that select them: shop/),
    )
    await assert.rejects(
      find(t, services, { choice: { service: 'cart' } }),
      refused(/'cart' does not select the pods/),
    )
  })

  test('prefers a Service with an address to a headless one, and refuses when there is nothing else', async (t) => {
    const headless = makeService('shop-headless', [http], { clusterIP: 'None' })
    assert.equal((await find(t, [headless, makeService('shop', [http])])).service, 'shop')
    await assert.rejects(find(t, [headless]), refused(/'shop-headless' has no address of its own/))
  })

  for (const [how, ports, port] of [
    ['appProtocol', [{ port: 9000 }, { port: 8000, appProtocol: 'http' }], 8000],
    [
      'name',
      [
        { name: 'metrics', port: 9000 },
        { name: 'http-api', port: 8000 },
      ],
      8000,
    ],
    [
      'readiness probe',
      [
        { name: 'a', port: 9000, targetPort: 9000 },
        { name: 'b', port: 8000, targetPort: 3000 },
      ],
      8000,
    ],
  ] as const) {
    test(`of several ports takes the one that the ${how} points to`, async (t) => {
      assert.equal((await find(t, [makeService('shop', ports)])).port, port)
    })
  }

  test('lists several ports that nothing tells apart, and takes the one that is named', async (t) => {
    const ports = [
      { name: 'one', port: 1 },
      { name: 'two', port: 2 },
    ]
    await assert.rejects(
      find(t, [makeService('shop', ports)]),
      refused(/has several ports; choose one with --port: 1 \(one\), 2 \(two\)/),
    )
    for (const port of ['two', '2'])
      assert.equal((await find(t, [makeService('shop', ports)], { choice: { port } })).port, 2)
    await assert.rejects(
      find(t, [makeService('shop', ports)], { choice: { port: '3' } }),
      refused(/has no port '3'; it has: 1 \(one\), 2 \(two\)/),
    )
  })

  test('finds HTTP/2 by its appProtocol, and no path where the probe asks another port', async (t) => {
    const h2c = { name: 'grpc', port: 81, targetPort: 3001, appProtocol: 'kubernetes.io/h2c' }
    const probe = { httpGet: { path: '/readyz', port: 8081 } }
    const workload = makeWorkload(makeDeployment({ containers: [{ name: 'app', readinessProbe: probe }] }))
    const found = await find(t, [makeService('shop', [{ ...http, name: 'http', targetPort: 3000 }, h2c])], {
      workload,
    })
    assert.deepEqual([found.port, found.http2Port, found.probePath], [80, 81, undefined])
  })
})
