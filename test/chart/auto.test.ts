import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chartSuite, refusal, renderDeployment, test, type Values } from './helm.ts'
import { type Container, containerOf, type Deployment, environmentOf, podOf } from './manifest.ts'

const auto = true
const autoImage = 'team/lastcall:1.2.3'
const copied = '/opt/lastcall/dist/integrations/auto/index.js'

function initContainerOf(deployment: Deployment): Container {
  const [container, ...others] = podOf(deployment)['initContainers'] as readonly Container[]
  assert.deepEqual(others, [])
  return container!
}

chartSuite('chart lifecycle.auto', () => {
  test('without it there is no NODE_OPTIONS but the own one, and no init container', async () => {
    const env = [{ name: 'NODE_OPTIONS', value: '--enable-source-maps' }]
    const deployment = await renderDeployment({ env })
    assert.deepEqual(containerOf(deployment).env.slice(-1), env)
    assert.equal('initContainers' in podOf(deployment), false)
    assert.equal('NODE_OPTIONS' in environmentOf(await renderDeployment()), false)
  })

  test("it imports the image's own package, and changes nothing else", async () => {
    const deployment = await renderDeployment({ lifecycle: { auto } })
    assert.equal(environmentOf(deployment)['NODE_OPTIONS'], '--import lastcall/auto')
    const plain = await renderDeployment()
    const withoutOptions = containerOf(deployment).env.filter(({ name }) => name !== 'NODE_OPTIONS')
    assert.deepEqual({ ...containerOf(deployment), env: withoutOptions }, containerOf(plain))
    assert.deepEqual({ ...podOf(deployment), containers: [] }, { ...podOf(plain), containers: [] })
  })

  test('the import is appended to NODE_OPTIONS of the own, which keep their place', async () => {
    const env = [
      { name: 'HEAP', value: '256' },
      { name: 'NODE_OPTIONS', value: '--max-old-space-size=$(HEAP)' },
      { name: 'B', value: 'last' },
    ]
    const deployment = await renderDeployment({ env, lifecycle: { auto } })
    const names = containerOf(deployment).env.map(({ name }) => name)
    // The kubelet expands $(HEAP) only where HEAP comes first.
    assert.deepEqual(names.slice(-3), ['HEAP', 'NODE_OPTIONS', 'B'])
    assert.equal(names.indexOf('NODE_OPTIONS'), names.length - 2)
    assert.equal(
      environmentOf(deployment)['NODE_OPTIONS'],
      '--max-old-space-size=$(HEAP) --import lastcall/auto',
    )
  })

  test('with an image to take it from, a container copies it to where it is imported from', async () => {
    const deployment = await renderDeployment({ lifecycle: { auto, autoImage } })
    assert.equal(environmentOf(deployment)['NODE_OPTIONS'], `--import ${copied}`)
    assert.ok(existsSync(copied.replace('/opt/lastcall/dist', 'src').replace(/js$/, 'ts')))
    const container = initContainerOf(deployment)
    assert.equal(container.image, autoImage)
    assert.deepEqual(container['volumeMounts'], [{ name: 'lastcall', mountPath: '/opt/lastcall' }])
    assert.deepEqual(containerOf(deployment)['volumeMounts'], [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'lastcall', mountPath: '/opt/lastcall', readOnly: true },
    ])
    assert.deepEqual(podOf(deployment).volumes, [
      { name: 'tmp', emptyDir: {} },
      { name: 'lastcall', emptyDir: {} },
    ])
  })

  test('the copying container has the rights of the server, and its requests', async () => {
    const deployment = await renderDeployment({ lifecycle: { auto, autoImage } })
    const [server, copying] = [containerOf(deployment), initContainerOf(deployment)]
    assert.deepEqual(copying.securityContext, server.securityContext)
    assert.deepEqual(copying['resources'], server['resources'])
    assert.equal(copying['imagePullPolicy'], server['imagePullPolicy'])
  })

  test('the volume is there without /tmp as well', async () => {
    const deployment = await renderDeployment({ tmp: { enabled: false }, lifecycle: { auto, autoImage } })
    assert.deepEqual(podOf(deployment).volumes, [{ name: 'lastcall', emptyDir: {} }])
  })

  test('what the container runs copies the package from its working directory, where it may be a link', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-chart-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const store = join(folder, 'store')
    mkdirSync(join(store, 'dist'), { recursive: true })
    writeFileSync(join(store, 'package.json'), '{"name":"lastcall"}')
    writeFileSync(join(store, 'dist', 'index.js'), '1')
    mkdirSync(join(folder, 'app', 'node_modules'), { recursive: true })
    symlinkSync(store, join(folder, 'app', 'node_modules', 'lastcall'))
    const container = initContainerOf(await renderDeployment({ lifecycle: { auto, autoImage } }))
    const [command, ...args] = container['command'] as readonly string[]
    assert.equal(command, 'node')
    const target = join(folder, 'target')
    const { status, stderr } = spawnSync(
      process.execPath,
      args.map((arg) => arg.replaceAll('/opt/lastcall', target)),
      { cwd: join(folder, 'app'), encoding: 'utf8' },
    )
    assert.equal(status, 0, stderr)
    rmSync(store, { recursive: true })
    assert.equal(readFileSync(join(target, 'dist', 'index.js'), 'utf8'), '1')
  })

  const refused: readonly (readonly [Values, RegExp])[] = [
    [
      {
        lifecycle: { auto },
        env: [{ name: 'NODE_OPTIONS', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }],
      },
      /env: NODE_OPTIONS has a valueFrom, and lifecycle\.auto has to append `--import lastcall\/auto` to it/,
    ],
    [
      { lifecycle: { auto }, env: [{ name: 'NODE_OPTIONS', value: '--import lastcall/auto' }] },
      /NODE_OPTIONS is --import lastcall\/auto, and lifecycle\.auto imports lastcall\/auto as well/,
    ],
    [
      { lifecycle: { autoImage } },
      /lifecycle\.autoImage is team\/lastcall:1\.2\.3 and lifecycle\.auto is false/,
    ],
    [{ lifecycle: { auto: 'yes' } }, /\/lifecycle\/auto/],
    [{ lifecycle: { auto, autoImage: 'two words' } }, /\/lifecycle\/autoImage/],
  ]
  for (const [values, wanted] of refused) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      assert.match(await refusal(values), wanted)
    })
  }
})
