import assert from 'node:assert/strict'

import {
  chartSuite,
  installNotes,
  refusal,
  renderChart,
  renderDeployment,
  test,
  type Values,
} from './helm.ts'
import { containerOf, environmentOf, podOf } from './manifest.ts'

const supervised = { command: ['node'], args: ['server.js'], supervisor: { enabled: true } }
const supervise = (supervisor: Values, more: Values = {}): Values => ({
  ...supervised,
  ...more,
  supervisor: { enabled: true, ...supervisor },
})

const config = { name: 'config', configMap: { name: 'shop' } }
const mounted = (mount: Values = {}): Values => ({
  extraVolumes: [config],
  extraVolumeMounts: [{ name: 'config', mountPath: '/etc/config', ...mount }],
})
const configMap = (name: string): Values => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

/** The words of the supervisor, up to those of the server. */
async function flagsOf(values: Values): Promise<readonly string[]> {
  const args = containerOf(await renderDeployment(values))['args'] as readonly string[]
  return args.slice(0, args.indexOf('--'))
}

async function checksumOf(values: Values): Promise<string | undefined> {
  const { metadata } = (await renderDeployment(values)).spec.template
  return metadata.annotations?.['checksum/config']
}

chartSuite('chart with a supervisor', () => {
  test('it starts the command that the values name', async () => {
    const container = containerOf(await renderDeployment(supervised))
    assert.deepEqual(container['command'], ['node_modules/.bin/lastcall', 'run'])
    const args = container['args'] as readonly string[]
    assert.deepEqual(args.slice(args.indexOf('--')), ['--', 'node', 'server.js'])
  })

  test('without it command and args are those of the values, or of the image', async () => {
    const container = containerOf(await renderDeployment({ ...supervised, supervisor: { enabled: false } }))
    assert.deepEqual([container['command'], container['args']], [['node'], ['server.js']])
    const bare = containerOf(await renderDeployment())
    assert.deepEqual(['command' in bare, 'args' in bare], [false, false])
  })

  test('it gets the numbers of the release, and its probes the port of the probes', async () => {
    const lifecycle = { shutdownDelaySeconds: 3, drainTimeoutSeconds: 20, hooksTimeoutSeconds: 4 }
    const probes = { startup: { periodSeconds: 2, failureThreshold: 50 } }
    const flags = await flagsOf({ ...supervised, lifecycle, probes, probePort: 9_090 })
    assert.deepEqual(flags, [
      '--listen=http=3000',
      '--probe-port=9090',
      '--ready-timeout=100s',
      '--hand-over=3s',
      '--hammer-after=28s',
    ])
  })

  test('the grace period has room for its hammer, and the server is told of it', async () => {
    const deployment = await renderDeployment(supervised)
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 31)
    assert.equal(environmentOf(deployment)['LASTCALL_GRACE_PERIOD'], '31s')
    const message = await refusal({ ...supervised, lifecycle: { terminationGracePeriodSeconds: 30 } })
    assert.match(message, /margin 4 = 31 s/)
  })

  test('it holds a socket for each port, and those that are asked for', async () => {
    const extraPorts = [{ name: 'h2c', port: 3_001, servicePort: 81 }]
    const flags = await flagsOf(supervise({ listen: ['admin=unix:/tmp/admin.sock'] }, { extraPorts }))
    assert.deepEqual(flags.slice(0, 3), [
      '--listen=http=3000',
      '--listen=h2c=3001',
      '--listen=admin=unix:/tmp/admin.sock',
    ])
  })

  test('a worker has no socket, and no hand-over', async () => {
    const flags = await flagsOf({ ...supervised, service: { enabled: false } })
    assert.deepEqual(
      flags.filter((flag) => /listen|hand-over|hammer/.test(flag)),
      ['--hand-over=0s', '--hammer-after=21s'],
    )
  })

  test('standby, watched paths and flags of your own are handed over', async () => {
    const supervisor = { standby: true, watch: ['/etc/config'], flags: ['--soak=20s'] }
    const flags = await flagsOf(supervise(supervisor, mounted()))
    assert.deepEqual(flags.slice(-3), ['--standby', '--watch=/etc/config', '--soak=20s'])
  })

  test('lifecycle.auto is for the server, and not for the supervisor', async () => {
    const deployment = await renderDeployment({ ...supervised, lifecycle: { auto: true } })
    assert.ok((await flagsOf({ ...supervised, lifecycle: { auto: true } })).includes('--auto'))
    assert.equal('NODE_OPTIONS' in environmentOf(deployment), false)
  })

  test('with lifecycle.autoImage lastcall comes from there, unless the values name another one', async () => {
    const lifecycle = { auto: true, autoImage: 'team/lastcall:1' }
    const copied = containerOf(await renderDeployment({ ...supervised, lifecycle }))
    assert.deepEqual(copied['command'], ['node', '/opt/lastcall/dist/cli/bin.js', 'run'])
    const own = containerOf(
      await renderDeployment(supervise({ binary: ['/usr/bin/lastcall'] }, { lifecycle })),
    )
    assert.deepEqual(own['command'], ['/usr/bin/lastcall', 'run'])
  })

  test('a watched ConfigMap is not in the checksum, because its change is no rollout', async () => {
    const values = { ...mounted(), extraObjects: [configMap('shop')] }
    assert.ok(await checksumOf(supervise({}, values)))
    assert.equal(await checksumOf(supervise({ watch: ['/etc/config/shop.json'] }, values)), undefined)
    const other = { ...values, extraObjects: [configMap('shop'), configMap('other')] }
    assert.ok(await checksumOf(supervise({ watch: ['/etc/config'] }, other)))
  })

  test('it stays in the checksum where something else of the pod reads it', async () => {
    const base = mounted()
    const watch = { watch: ['/etc/config'] }
    const extraObjects = [configMap('shop')]
    const reference = { name: 'shop', key: 'a' }
    const mounts = { volumeMounts: [{ name: 'config', mountPath: '/config' }] }
    for (const also of [
      { envFrom: [{ configMapRef: { name: 'shop' } }] },
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: reference } }] },
      { sidecars: [{ name: 'proxy', image: 'proxy:1', ...mounts }] },
    ]) {
      assert.ok(await checksumOf(supervise(watch, { ...base, extraObjects, ...also })), JSON.stringify(also))
    }
  })

  test('a watched Secret, also a projected one, is not in the checksum either', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop' } }
    for (const source of [
      { secret: { secretName: 'shop' } },
      { projected: { sources: [{ secret: { name: 'shop' } }] } },
    ]) {
      const extraVolumes = [{ name: 'config', ...source }]
      const values = { ...mounted(), extraVolumes, extraObjects: [secret] }
      assert.equal(await checksumOf(supervise({ watch: ['/etc/config'] }, values)), undefined)
    }
  })

  test('the notes say how to restart it in place', async () => {
    const notes = await installNotes(supervise({ watch: ['/etc/config'] }, mounted()))
    assert.match(notes, /A change of \/etc\/config restarts it in place/)
    assert.match(
      notes,
      /exec deployment\/shop --container app -- \\\n *node_modules\/\.bin\/lastcall restart\n/,
    )
    assert.doesNotMatch(await installNotes(), /supervise|lastcall restart/)
  })

  const refused: readonly (readonly [Values, RegExp])[] = [
    [
      { supervisor: { enabled: true } },
      /command is empty: a chart cannot read the entrypoint of an image, .* \[node, server\.js\]/,
    ],
    [{ ...supervised, command: [] }, /command is empty/],
    [
      supervise({}, { command: ['tini', '--', 'node', 'server.js'] }),
      /command begins with tini, .*would not inherit the sockets/,
    ],
    [
      supervise({}, { command: ['npm', 'start'], lifecycle: { acceptLoss: true } }),
      /command begins with npm, .*start node itself/,
    ],
    [
      supervise({}, { command: ['node_modules/.bin/lastcall', 'run', '--', 'node'] }),
      /command is lastcall: it would supervise itself/,
    ],
    [supervise({ watch: ['/etc/config'] }), /no volume is mounted at \/etc\/config; mount a ConfigMap/],
    [
      supervise({ watch: ['/etc/config'] }, mounted({ subPath: 'shop.json' })),
      /\/etc\/config is mounted with subPath, and the kubelet never updates such a mount/,
    ],
    [
      supervise({ watch: ['/etc/config'] }, mounted({ subPathExpr: '$(POD_NAME)' })),
      /\/etc\/config is mounted with subPathExpr/,
    ],
    [supervise({ watch: ['/tmp/restart'] }), /no volume is mounted at \/tmp\/restart/],
    [supervise({ watch: ['/etc/configuration'] }, mounted()), /no volume is mounted at \/etc\/configuration/],
    [supervise({ listen: ['http=unix:/tmp/http.sock'] }), /there is a socket http already/],
    [supervise({ flags: ['--hand-over=9s'] }), /the chart sets --hand-over itself; .*shutdownDelaySeconds/],
    [supervise({ flags: ['--watch', '/etc'] }), /\/supervisor\/flags\/1/],
    [supervise({ watch: ['etc/config'] }), /\/supervisor\/watch\/0/],
    [supervise({ listen: ['admin'] }), /\/supervisor\/listen\/0/],
    [supervise({ listen: ['admin=unix:admin.sock'] }), /\/supervisor\/listen\/0/],
    [supervise({ standby: 'yes' }), /\/supervisor\/standby/],
  ]
  for (const [values, wanted] of refused) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      assert.match(await refusal(values), wanted)
    })
  }

  const accepted: readonly Values[] = [
    supervise({ watch: ['/etc/config/'] }, mounted()),
    supervise({ watch: ['/etc/config/deeper'] }, mounted({ mountPath: '/etc/config/' })),
    supervise({ listen: ['a=127.0.0.1:9000', 'b=[::1]:9001', 'c=9002'] }),
    supervise({ binary: null, watch: null, listen: null, flags: null }),
    { kind: 'StatefulSet', ...supervised },
    { supervisor: { watch: ['/etc/config'] } },
  ]
  for (const values of accepted) {
    test(`${JSON.stringify(values)} is accepted`, async () => {
      assert.ok((await renderChart(values)).length > 0)
    })
  }
})
