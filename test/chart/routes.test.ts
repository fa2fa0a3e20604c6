import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, test, type Values } from './helm.ts'

const enabled = true
const specOf = async (kind: string, values: Values): Promise<Readonly<Record<string, unknown>>> =>
  ofKind(await renderChart(values), kind).spec

const backend = { service: { name: 'shop', port: { name: 'http' } } }

chartSuite('chart routes', () => {
  test('an Ingress leads hosts and paths to the Service', async () => {
    const tls = [{ secretName: 'shop-tls', hosts: ['shop.example.com'] }]
    const hosts = [
      { host: 'shop.example.com', paths: [{ path: '/a', pathType: 'Exact' }, { path: '/b' }] },
      { host: '*.example.com' },
      {},
    ]
    assert.deepEqual(await specOf('Ingress', { ingress: { enabled, className: 'nginx', hosts, tls } }), {
      ingressClassName: 'nginx',
      tls,
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              { path: '/a', pathType: 'Exact', backend },
              { path: '/b', pathType: 'Prefix', backend },
            ],
          },
        },
        { host: '*.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } },
        { http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } },
      ],
    })
  })

  test('an HTTPRoute leads rules to the Service, unless they have a backend or redirect', async () => {
    const parentRefs = [{ name: 'gateway', namespace: 'infra' }]
    const other = { backendRefs: [{ name: 'other', port: 1 }] }
    const redirect = { filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301 } }] }
    const header = { filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['a'] } }] }
    const rules = [header, other, redirect]
    const values = { service: { port: 81 }, httpRoute: { enabled, parentRefs, hostnames: ['a.test'], rules } }
    const service = { backendRefs: [{ name: 'shop', port: 81 }] }
    assert.deepEqual(await specOf('HTTPRoute', values), {
      parentRefs,
      hostnames: ['a.test'],
      rules: [{ ...header, ...service }, other, redirect],
    })
  })

  test('an HTTPRoute has every path by default', async () => {
    const spec = await specOf('HTTPRoute', { httpRoute: { enabled, parentRefs: [{ name: 'a' }] } })
    assert.deepEqual(spec['rules'], [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ name: 'shop', port: 80 }],
      },
    ])
  })

  test('a route that leads nobody here is refused', async () => {
    const message = await refusal({ ingress: { enabled }, httpRoute: { enabled } })
    assert.match(message, /ingress\.hosts is empty and ingress\.enabled true/)
    assert.match(message, /httpRoute\.parentRefs is empty and httpRoute\.enabled true/)
  })

  test('a NetworkPolicy lets requests in from anywhere, and to the probe port whom the user names', async () => {
    const probesFrom = [{ podSelector: { matchLabels: { app: 'prometheus' } } }]
    const extraPorts = [{ name: 'h2c', port: 3_001 }]
    const spec = await specOf('NetworkPolicy', { extraPorts, networkPolicy: { enabled, probesFrom } })
    const requests = [
      { port: 'http', protocol: 'TCP' },
      { port: 'h2c', protocol: 'TCP' },
    ]
    assert.deepEqual(spec['policyTypes'], ['Ingress'])
    assert.deepEqual(spec['ingress'], [
      { ports: requests },
      { ports: [{ port: 'probes', protocol: 'TCP' }], from: probesFrom },
    ])
  })

  test('without a name the probe port is the kubelet’s alone, and of a worker nothing else is open', async () => {
    const networkPolicy = { enabled }
    const own = await specOf('NetworkPolicy', { networkPolicy })
    assert.deepEqual(own['ingress'], [{ ports: [{ port: 'http', protocol: 'TCP' }] }])
    const worker = await specOf('NetworkPolicy', { networkPolicy, service: { enabled: false } })
    assert.equal('ingress' in worker, false)
    assert.deepEqual(worker['policyTypes'], ['Ingress'])
    const probesFrom = [{ podSelector: {} }]
    const scraped = { service: { enabled: false }, networkPolicy: { enabled, probesFrom } }
    assert.deepEqual((await specOf('NetworkPolicy', scraped))['ingress'], [
      { ports: [{ port: 'probes', protocol: 'TCP' }], from: probesFrom },
    ])
  })

  test('none of them is there by default', async () => {
    const kinds = (await renderChart()).map(({ kind }) => kind)
    for (const kind of ['Ingress', 'HTTPRoute', 'NetworkPolicy']) assert.equal(kinds.includes(kind), false)
  })
})
