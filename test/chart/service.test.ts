import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, test, type Values } from './helm.ts'

const specOf = async (service: Values): Promise<Readonly<Record<string, unknown>>> =>
  ofKind(await renderChart({ service }), 'Service').spec

chartSuite('chart Service', () => {
  test('the cluster decides what is not set', async () => {
    assert.deepEqual(Object.keys(await specOf({})).toSorted(), ['ports', 'selector', 'type'])
  })

  test('it can name the protocol, the IP versions and who is reached from outside', async () => {
    const families = { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] }
    const service = { type: 'LoadBalancer', appProtocol: 'kubernetes.io/h2c', externalTrafficPolicy: 'Local' }
    const spec = await specOf({ ...service, ...families })
    assert.deepEqual(spec['ipFamilies'], ['IPv6', 'IPv4'])
    assert.equal(spec['ipFamilyPolicy'], 'PreferDualStack')
    assert.equal(spec['externalTrafficPolicy'], 'Local')
    assert.deepEqual(spec['ports'], [
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
    ])
  })

  test('it can be headless', async () => {
    assert.equal((await specOf({ headless: true }))['clusterIP'], 'None')
  })

  const refused: readonly (readonly [Values, RegExp])[] = [
    [{ headless: true, type: 'NodePort' }, /service\.headless is true and service\.type NodePort/],
    [{ externalTrafficPolicy: 'Local' }, /externalTrafficPolicy is Local and service\.type ClusterIP/],
    [{ ipFamilies: ['IPv4', 'IPv6'] }, /ipFamilies is IPv4, IPv6 and service\.ipFamilyPolicy/],
  ]
  for (const [service, wanted] of refused) {
    test(`${JSON.stringify(service)} is refused`, async () => {
      assert.match(await refusal({ service }), wanted)
    })
  }
})
