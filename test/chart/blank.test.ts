import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, parse, parseDocument, type YAMLMap } from 'yaml'

import {
  chartPath,
  chartSuite,
  image,
  refusal,
  renderChart,
  renderDeployment,
  runHelm,
  test,
} from './helm.ts'
import { containerOf, podOf } from './manifest.ts'

/** The path of every key of values.yaml, maps and what is in them. */
function pathsOf(map: YAMLMap, path: readonly string[] = []): readonly (readonly string[])[] {
  return map.items.flatMap(({ key, value }) => {
    const own = [...path, (key as { value: string }).value]
    return isMap(value) ? [own, ...pathsOf(value as YAMLMap, own)] : [own]
  })
}

const text = readFileSync(join(chartPath, 'values.yaml'), 'utf8')
const paths = pathsOf(parseDocument(text).contents as YAMLMap)

chartSuite('chart values that are blank', () => {
  test('each is left out, or refused by its name', async () => {
    assert.ok(paths.length > 100)
    for (const path of paths) {
      const args = ['template', 'shop', chartPath, '--values', '-', '--set', `${path.join('.')}=null`]
      // Objects that are off by default have templates as well.
      const enabled = true
      const metrics = { podMonitor: { enabled }, prometheusRule: { enabled }, dashboard: { enabled } }
      const ingress = { enabled, hosts: [{ paths: null }, { host: 'a.test' }] }
      const httpRoute = { enabled, parentRefs: [{ name: 'a' }] }
      const on = { metrics, ingress, httpRoute, networkPolicy: { enabled } }
      const { code, stderr } = await runHelm(args, JSON.stringify({ image, ...on }))
      if (code === 0) continue
      const named = new RegExp(`missing propert[^\n]*'${path.at(-1)}'|- ${path.join('\\.')}`)
      assert.match(stderr, named, path.join('.'))
      assert.doesNotMatch(stderr, /nil pointer|error calling/, path.join('.'))
    }
  })

  test('a section is refused where it is blank, and has its defaults where it is an empty map', async () => {
    const defaults = parse(text) as Readonly<Record<string, unknown>>
    const mayBeBlank = new Set(['resources', 'podSecurityContext', 'containerSecurityContext'])
    const isSection = (name: string): boolean =>
      paths.some(([top, below]) => top === name && below !== undefined)
    const whole = await renderChart({ image })
    for (const [name, value] of Object.entries(defaults)) {
      if (['[]', '{}', 'null', '""'].includes(JSON.stringify(value)) || mayBeBlank.has(name)) {
        await renderChart({ image, [name]: null })
      } else if (isSection(name) && name !== 'image') {
        assert.match(await refusal({ [name]: null }), new RegExp(`missing property '${name}'`))
        assert.deepEqual(await renderChart({ image, [name]: {} }), whole, name)
      }
    }
  })

  test('maps and lists may be blank, and are empty then', async () => {
    const deployment = await renderDeployment({
      podLabels: null,
      podAnnotations: null,
      resources: null,
      env: null,
      command: null,
      podSecurityContext: null,
      containerSecurityContext: null,
    })
    assert.equal('resources' in containerOf(deployment), false)
    assert.equal('securityContext' in podOf(deployment), false)
    assert.equal(containerOf(deployment).env.at(-1)?.name, 'LASTCALL_GRACE_PERIOD')
  })

  test('a tag may be blank beside a digest', async () => {
    const digest = `sha256:${'0'.repeat(64)}`
    const deployment = await renderDeployment({ image: { repository: 'shop', tag: null, digest } })
    assert.equal(containerOf(deployment).image, `shop@${digest}`)
    assert.equal('app.kubernetes.io/version' in deployment.metadata.labels, false)
  })

  test('an autoscaler without a request is refused as ever', async () => {
    const message = await refusal({ resources: null, autoscaling: { enabled: true } })
    assert.match(message, /resources\.requests\.cpu is not set/)
  })

  test('a number of replicas that is blank is left to another autoscaler', async () => {
    const manifests = await renderChart({ replicaCount: null })
    const deployment = manifests.find(({ kind }) => kind === 'Deployment')
    assert.equal('replicas' in (deployment?.spec ?? {}), false)
    const budget = manifests.find(({ kind }) => kind === 'PodDisruptionBudget')
    assert.equal(budget?.spec['maxUnavailable'], 1)
  })

  test('without a number of replicas a budget is judged by its percentages only', async () => {
    const replicaCount = null
    await renderChart({ replicaCount, podDisruptionBudget: { minAvailable: 2 } })
    await renderChart({ replicaCount, podDisruptionBudget: { maxUnavailable: 2 } })
    const blocked = await refusal({ replicaCount, podDisruptionBudget: { minAvailable: '100%' } })
    assert.match(blocked, /minAvailable is 100%: it would block every eviction/)
    const useless = await refusal({ replicaCount, podDisruptionBudget: { maxUnavailable: '100%' } })
    assert.match(useless, /maxUnavailable is 100%: all pods may be evicted at once/)
  })
})
