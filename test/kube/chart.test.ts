import assert from 'node:assert/strict'
import { stringify } from 'yaml'
import { containerOf, podOf } from '../chart/manifest.ts'
import { chartSuite, renderDeployment, test } from '../chart/helm.ts'
import { valueAt } from '../../src/kube/yaml/plain.ts'
import { readDocuments } from '../../src/kube/yaml/read-documents.ts'
import { patch } from './patch.ts'

chartSuite('lastcall kube patch and the chart', () => {
  test('what the chart makes does not change', async () => {
    for (const lifecycle of [
      {},
      { auto: true },
      { preStop: { mode: 'none' } },
      { drainTimeoutSeconds: 60 },
    ]) {
      const deployment = await renderDeployment({ lifecycle })
      const { edits, notes } = patch(stringify(deployment))
      assert.deepEqual(edits, [], JSON.stringify(lifecycle))
      assert.deepEqual(notes, [])
    }
  })

  test('a Deployment without them gets the numbers, probes and variables of the chart', async () => {
    const wanted = await renderDeployment({ lifecycle: { auto: true } })
    const bare = structuredClone(wanted) as unknown as Record<string, never>
    const pod = podOf(bare as never) as unknown as Record<string, unknown>
    const container = containerOf(bare as never) as unknown as Record<string, unknown>
    delete pod['terminationGracePeriodSeconds']
    for (const key of [
      'startupProbe',
      'readinessProbe',
      'livenessProbe',
      'lifecycle',
      'terminationMessagePolicy',
    ]) {
      delete container[key]
    }
    const isOurs = ({ name }: { name: string }): boolean => /^LASTCALL_|^NODE_OPTIONS$|^probes$/.test(name)
    for (const key of ['env', 'ports']) {
      container[key] = (container[key] as { name: string }[]).filter((one) => !isOurs(one))
    }
    const { text } = patch(stringify(bare), { auto: true })
    const patched = readDocuments('', text).documents[0]?.value
    const spec = valueAt(patched, ['spec', 'template', 'spec']) as Record<string, unknown>
    const sorted = (spec['containers'] as Record<string, unknown>[]).map(({ env, ...rest }) => ({
      ...rest,
      env: (env as { name: string }[]).toSorted((one, other) => one.name.localeCompare(other.name)),
    }))
    const container2 = containerOf(wanted)
    const wantedEnv = container2.env.toSorted((one, other) => one.name.localeCompare(other.name))
    assert.deepEqual(sorted, [{ ...container2, env: wantedEnv }])
    assert.equal(spec['terminationGracePeriodSeconds'], podOf(wanted).terminationGracePeriodSeconds)
  })
})
