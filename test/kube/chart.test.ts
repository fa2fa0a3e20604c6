import assert from 'node:assert/strict'
import { stringify } from 'yaml'
import { containerOf, podOf } from '../chart/manifest.ts'
import { chartSuite, refusal, renderDeployment, test, type Values } from '../chart/helm.ts'
import { checkManifests } from '../../src/kube/check/check-manifests.ts'
import { valueAt } from '../../src/kube/yaml/plain.ts'
import { readDocuments } from '../../src/kube/yaml/read-documents.ts'
import { parseKubeVersion } from '../../src/kube/kube-version.ts'
import { deployment as bare, patch } from './patch.ts'

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

  test('what the chart makes for a cluster without sleep does not change', async () => {
    const deployment = await renderDeployment({}, { kubeVersion: '1.29.0' })
    const asked = { kubeVersion: parseKubeVersion('1.29') }
    assert.deepEqual(patch(stringify(deployment), { asked }).edits, [])
  })

  test('a bare Deployment gets the times of the chart, with and without sleep in the cluster', async () => {
    for (const version of ['1.29', '1.34']) {
      const deployment = await renderDeployment({}, { kubeVersion: `${version}.0` })
      const wanted = containerOf(deployment).env.filter(({ name }) => name.startsWith('LASTCALL_'))
      const asked = { kubeVersion: parseKubeVersion(version) }
      const { value } = readDocuments('', patch(bare(), { asked }).text).documents[0]!
      const env = valueAt(value, ['spec', 'template', 'spec', 'containers', 0, 'env']) as typeof wanted
      const sorted = (list: typeof wanted): typeof wanted =>
        list.toSorted((one, other) => one.name.localeCompare(other.name))
      assert.deepEqual(sorted(env), sorted(wanted), version)
    }
  })

  test('kube check finds a command that the chart refuses, and no other', async () => {
    const commands: readonly (readonly [values: Values, isRefused: boolean])[] = [
      [{ command: ['npm', 'start'] }, true],
      [{ args: ['yarn', 'start'] }, true],
      [{ command: ['tini', '--', '/usr/bin/npx', 'shop'] }, true],
      [{ command: ['sh', '-c', 'exec pnpm start'] }, true],
      [{ command: ['tini', '--'], args: ['npm', 'start'] }, true],
      [{ command: ['tini', '--', 'node', 'server.js', 'npm'] }, false],
      [{ args: ['server.js', './npm.js'] }, false],
    ]
    for (const [values, isRefused] of commands) {
      if (isRefused) assert.match(await refusal(values), /command: \w+ starts your server in a shell/)
      else await renderDeployment(values)
      const text = stringify(await renderDeployment({ ...values, lifecycle: { acceptLoss: true } }))
      const selection = { names: [], requirements: [] }
      const { workloads } = checkManifests([{ name: 'a', text }], { selection, container: undefined })
      const found = workloads[0]?.findings.filter(({ rule }) => rule === 'command') ?? []
      assert.deepEqual(
        found.map(({ certainty }) => certainty),
        isRefused ? ['loses'] : [],
        JSON.stringify(values),
      )
    }
  })

  test('a Deployment without them gets the numbers, probes and variables of the chart', async () => {
    const wanted = await renderDeployment({ lifecycle: { auto: true } })
    const stripped = structuredClone(wanted) as unknown as Record<string, never>
    const pod = podOf(stripped as never) as unknown as Record<string, unknown>
    const container = containerOf(stripped as never) as unknown as Record<string, unknown>
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
    const { text } = patch(stringify(stripped), { auto: true })
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
