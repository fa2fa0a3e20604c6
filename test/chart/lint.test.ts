import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chartPath, chartSuite, image, ofKind, renderChart, renderDeployment, runHelm, test } from './helm.ts'
import { podOf } from './manifest.ts'

const valueFiles = readdirSync(join(chartPath, 'ci')).map((name) => join(chartPath, 'ci', name))
const fileOf = (name: string): string => join(chartPath, 'ci', `${name}.yaml`)

async function lint(args: readonly string[], stdin?: string): Promise<void> {
  const { code, stdout, stderr } = await runHelm(['lint', '--strict', chartPath, ...args], stdin)
  assert.equal(code, 0, stdout + stderr)
  assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/)
}

/** Versions of clusters with different features; without those that a set with sidecars is refused for. */
function versionsFor(text: string): readonly string[] {
  if (!text.includes('sidecars:')) return ['1.25.0', '1.29.0', '1.34.0']
  return text.includes('sleep:') ? ['1.30.0', '1.34.0'] : ['1.29.0', '1.34.0']
}

chartSuite('chart lint and value sets', () => {
  test('helm lint --strict has nothing against the defaults', async () => {
    await lint(['--values', '-'], JSON.stringify({ image }))
  })

  for (const file of valueFiles) {
    for (const kubeVersion of versionsFor(readFileSync(file, 'utf8'))) {
      test(`${file.slice(chartPath.length + 1)} lints and renders for ${kubeVersion}`, async () => {
        await lint(['--values', file, '--kube-version', kubeVersion])
        const manifests = await renderChart({}, { file, kubeVersion })
        assert.ok(manifests.some(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet'))
      })
    }
  }

  test('the minimal set is the same as the defaults', async () => {
    assert.deepEqual(await renderChart({}, { file: fileOf('minimal') }), await renderChart())
  })

  test('the full set has its own numbers', async () => {
    const manifests = await renderChart({}, { file: fileOf('full') })
    assert.equal(
      podOf(await renderDeployment({}, { file: fileOf('full') })).terminationGracePeriodSeconds,
      150,
    )
    assert.equal(ofKind(manifests, 'PodDisruptionBudget').spec['minAvailable'], '50%')
    assert.equal(manifests.length, 8)
  })

  test('the autoscaled set has an autoscaler', async () => {
    const manifests = await renderChart({}, { file: fileOf('autoscaled') })
    assert.equal(ofKind(manifests, 'HorizontalPodAutoscaler').spec['minReplicas'], 3)
    assert.equal('replicas' in ofKind(manifests, 'Deployment').spec, false)
  })
})
