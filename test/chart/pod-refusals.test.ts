import assert from 'node:assert/strict'

import { chartSuite, refusal, renderChart, renderDeployment, test, type Values } from './helm.ts'

const cache = { name: 'cache', emptyDir: {} }
const ref = { fieldRef: { fieldPath: 'metadata.uid' } }

const refused: readonly (readonly [Values, RegExp])[] = [
  [{ service: { nodePort: 30_080 } }, /service\.nodePort is 30080 and service\.type ClusterIP.*set the type/],
  [{ extraVolumes: [cache, cache] }, /extraVolumes: there is a volume cache already/],
  [{ extraVolumes: [{ name: 'tmp', emptyDir: {} }] }, /extraVolumes: there is a volume tmp already/],
  [
    { extraVolumes: [{ ...cache, name: 'lastcall' }], lifecycle: { auto: true, autoImage: 'a:1' } },
    /extraVolumes: there is a volume lastcall already/,
  ],
  [
    { extraVolumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
    /there is no volume cache to mount at \/cache; add it to extraVolumes/,
  ],
  [
    {
      extraVolumes: [cache],
      extraVolumeMounts: [
        { name: 'cache', mountPath: '/cache' },
        { name: 'cache', mountPath: '/cache/' },
      ],
    },
    /extraVolumeMounts: \/cache\/ is mounted already/,
  ],
  [
    { extraVolumes: [cache], extraVolumeMounts: [{ name: 'cache', mountPath: '/tmp' }] },
    /extraVolumeMounts: \/tmp is mounted already; for \/tmp set tmp\.enabled to false/,
  ],
  [{ env: [{ name: 'A', value: '1', valueFrom: ref }] }, /env: A has a value and a valueFrom/],
  [
    { resources: { requests: { memory: '1Gi' }, limits: { memory: '1G' } } },
    /resources\.requests\.memory is 1Gi and resources\.limits\.memory 1G: .* lower it/,
  ],
  [
    { resources: { requests: { 'example.com/gpu': 1 } } },
    /requests\.example\.com\/gpu is 1 and resources\.limits\.example\.com\/gpu is not set: .* limit to 1/,
  ],
  [
    { resources: { requests: { 'hugepages-2Mi': '2Mi' }, limits: { 'hugepages-2Mi': '4Mi' } } },
    /requests\.hugepages-2Mi is 2Mi and resources\.limits\.hugepages-2Mi 4Mi: .* the same/,
  ],
  [
    { resources: { requests: { cpu: '1500m' }, limits: { cpu: 1 } } },
    /resources\.requests\.cpu is 1500m and resources\.limits\.cpu 1:/,
  ],
  [
    { metrics: { podMonitor: { enabled: true, interval: '1m', scrapeTimeout: '1m1s' } } },
    /scrapeTimeout is 1m1s and its interval 1m: .* lower scrapeTimeout/,
  ],
  [
    { probes: { startup: { periodSeconds: 5, failureThreshold: 121 } } },
    /probes\.startup gives a start 605 s .*progressDeadlineSeconds is 600.*raise progressDeadlineSeconds/,
  ],
  [
    { env: [{ name: 'LASTCALL_CHECK_TIMEOUT', value: '1500ms' }] },
    /LASTCALL_CHECK_TIMEOUT is 1500ms and probes\.readiness\.timeoutSeconds is 1: .* raise timeoutSeconds/,
  ],
  [
    { autoscaling: { enabled: true, behavior: { scaleDown: { stabilizationWindowSeconds: 3_601 } } } },
    /stabilizationWindowSeconds is 3601: the API server refuses more than 3600/,
  ],
  [{ command: ['npm', 'start'] }, /command: npm starts your server in a shell.*start node itself/],
  [{ command: ['/usr/local/bin/yarn', 'start'] }, /command: yarn starts your server in a shell/],
  [{ args: ['npm', 'start'] }, /command: npm starts your server in a shell/],
  [{ command: ['tini', '--', 'npm', 'start'] }, /command: npm starts your server in a shell/],
  [{ command: ['sh', '-c', 'exec npm start'] }, /command: npm starts your server in a shell/],
  [
    { image: { repository: 'shop', tag: 1_234_567 } },
    /image\.tag is the number 1234567, .* --set-string image\.tag=1234567/,
  ],
  [{ image: { repository: 'shop', tag: 1.2 } }, /image\.tag is the number 1\.2,/],
]

const accepted: readonly Values[] = [
  { service: { type: 'NodePort', nodePort: 30_080 } },
  { extraVolumes: [cache], extraVolumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
  {
    tmp: { enabled: false },
    extraVolumes: [cache],
    extraVolumeMounts: [{ name: 'cache', mountPath: '/tmp' }],
  },
  { extraVolumes: [{ ...cache, name: 'lastcall' }] },
  { resources: { requests: { memory: '1G', cpu: 0.5 }, limits: { memory: '1Gi', cpu: '500m' } } },
  { resources: { requests: { 'example.com/gpu': 1 }, limits: { 'example.com/gpu': 1 } } },
  { tolerations: [{ key: 'spot', operator: 'Exists' }] },
  { resources: { requests: { memory: '1e9' }, limits: { memory: '1G' } } },
  { metrics: { podMonitor: { enabled: true, interval: '1m', scrapeTimeout: '60s' } } },
  { probes: { startup: { periodSeconds: 5, failureThreshold: 120 } } },
  {
    env: [{ name: 'LASTCALL_CHECK_TIMEOUT', value: '1500ms' }],
    probes: { readiness: { timeoutSeconds: 2 } },
  },
  { command: ['npm', 'start'], lifecycle: { acceptLoss: true } },
  { command: ['node', 'npm'] },
  { command: ['tini', '--', 'node', 'server.js', 'npm'] },
  { sidecars: [{ name: 'proxy', image: 'proxy:1', lifecycle: { preStop: null } }] },
]

chartSuite('chart pod refusals', () => {
  for (const [values, wanted] of refused) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      assert.match(await refusal(values), wanted)
    })
  }

  for (const values of accepted) {
    test(`${JSON.stringify(values)} is accepted`, async () => {
      assert.ok((await renderChart(values)).length > 0)
    })
  }

  test('a tag of digits is one when it is text', async () => {
    const deployment = await renderDeployment({ image: { repository: 'shop', tag: '1234567' } })
    assert.equal(deployment.metadata.labels['app.kubernetes.io/version'], '1234567')
  })
})
