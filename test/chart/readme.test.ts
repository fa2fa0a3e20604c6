import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'

import { withRepository } from '../../scripts/repository/fields.ts'
import { chartPath, chartSuite, ofKind, renderChart, renderDeployment, test } from './helm.ts'
import { type Deployment, environmentOf } from './manifest.ts'

/** Cells of the table below a heading of the README, without its first two lines. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const section =
    readFileSync(join(chartPath, 'README.md'), 'utf8').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const readme = (chart: string): string => readFileSync(join(chartPath, '..', chart, 'README.md'), 'utf8')

chartSuite('chart READMEs', () => {
  for (const chart of ['lastcall', 'lastcall-lib', 'lastcall-policies']) {
    test(`every link of ${chart} works where the packaged chart is, with nothing of the repository beside it`, () => {
      const links = [...readme(chart).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
      assert.ok(links.length > 0)
      for (const link of links) assert.match(link, /^(https:\/\/|#)/)
    })

    test(`${chart} names the npm package and the registry as well as the checkout`, () => {
      assert.ok(readme(chart).includes(`node_modules/lastcall/charts/${chart}`))
      assert.match(readme(chart), /oci:\/\/[^/]+\/[^/]+\/charts/)
    })
  }

  test('the registry and its owner come from set-repository', () => {
    const text = withRepository(
      join(chartPath, 'README.md'),
      'https://example.com/Some/thing',
      'oci.example.com',
    )
    assert.ok(text.includes('oci://oci.example.com/some/charts/lastcall '))
    assert.ok(text.includes('](https://example.com/Some/thing/blob/main/docs/guides/library-chart.md)'))
    assert.doesNotMatch(text, /OWNER|REGISTRY|\/owner\//)
  })
})

chartSuite('chart README and live releases', () => {
  test('what another field manager is given is the Deployment of a default release', async () => {
    const [, text = ''] = /<<'END'\n(.*?)END\n/s.exec(readme('lastcall')) ?? []
    const { apiVersion, kind, metadata, spec } = await renderDeployment()
    const wanted = {
      apiVersion,
      kind,
      metadata: { name: metadata.name },
      spec: { replicas: spec['replicas'] },
    }
    assert.deepEqual(parse(text), wanted)
    for (const values of [{ autoscaling: { enabled: true } }, { replicaCount: null }])
      assert.equal('replicas' in (await renderDeployment(values)).spec, false)
  })

  test('the Service selects the pods of both kinds, so that both serve while the kind changes', async () => {
    for (const kind of ['Deployment', 'StatefulSet']) {
      const manifests = await renderChart({ kind })
      const workload = ofKind<Deployment>(manifests, kind)
      assert.equal(workload.metadata.name, 'shop')
      const service = manifests.find((one) => one.kind === 'Service' && one.metadata.name === 'shop')
      const selector = Object.entries((service?.spec['selector'] ?? {}) as Record<string, string>)
      assert.equal(selector.length, 2)
      for (const [name, value] of selector) assert.equal(workload.spec.template.metadata.labels[name], value)
    }
  })
})

chartSuite('chart README and release', () => {
  test('the sum in it is what the server of a default release is told', async () => {
    const environment = environmentOf(await renderDeployment())
    const rows = tableBelow('The sum').filter(([, , variable]) => variable !== '')
    assert.equal(rows.length, 5)
    for (const [setting, value = '', variable = ''] of rows) {
      assert.equal(environment[variable.replaceAll('`', '')], `${value.replaceAll('*', '')}s`, setting)
    }
  })
})
