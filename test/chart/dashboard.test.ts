import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { metricTable } from '../../src/node/lifecycle/metric-table.ts'
import { needs } from '../helpers/needs.ts'
import { chartPath, chartSuite, ofKind, renderChart, test } from './helm.ts'
import { judgeRules } from './promtool.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat?: string }[]
}
interface Dashboard {
  readonly uid: string
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
  readonly panels: readonly Panel[]
}

const text = readFileSync(join(chartPath, 'dashboards', 'lastcall.json'), 'utf8')
const { annotations, panels } = JSON.parse(text) as Dashboard
const expressions = [...panels.flatMap(({ targets }) => targets), ...annotations.list].map(({ expr }) => expr)
const known = metricTable.map(({ name }) => `lastcall_${name}`)

chartSuite('chart dashboard', () => {
  test('the ConfigMap has it unchanged, with the label of the sidecar', async () => {
    const manifests = await renderChart({ metrics: { dashboard: { enabled: true } } })
    const { metadata, data } = ofKind(manifests, 'ConfigMap') as unknown as {
      metadata: { name: string; labels: Record<string, string> }
      data: Record<string, string>
    }
    assert.equal(metadata.name, 'shop-dashboard')
    assert.equal(metadata.labels['grafana_dashboard'], '1')
    assert.deepEqual(Object.keys(data), ['lastcall.json'])
    assert.deepEqual(JSON.parse(data['lastcall.json'] ?? ''), JSON.parse(text))
  })

  test('there is none by default', async () => {
    const kinds = (await renderChart()).map(({ kind }) => kind)
    assert.equal(kinds.includes('ConfigMap'), false)
  })

  test('it shows every metric, and none that does not exist', () => {
    const used = new Set(expressions.flatMap((expr) => expr.match(/\blastcall_\w+/g) ?? []))
    assert.deepEqual([...used].toSorted(), known.toSorted())
  })

  test('every legend names the labels that its query keeps, but not the namespace of a pod', () => {
    for (const { title, targets } of panels) {
      for (const { expr, legendFormat = '' } of targets) {
        const kept = /^(?:sum|max|min) by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []
        const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
        const wanted = kept.filter((label) => label !== 'namespace')
        assert.deepEqual(named, wanted, title)
      }
    }
  })

  test('pods of the same name in two namespaces are two, in every query', () => {
    const lists = expressions.flatMap((expr) => [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)])
    const alone = lists.filter(([, labels = '']) => labels.includes('pod') && !labels.includes('namespace'))
    assert.deepEqual(alone, [])
  })

  test('promtool accepts its queries', needs('promtool'), () => {
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll(/\$__\w+/g, '1h').replaceAll(/\$\w+/g, '.*'),
    }))
    assert.equal(judgeRules('dashboard', { groups: [{ name: 'dashboard', rules }] }), '')
  })

  test('its panels have their own ids and places', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    )
    assert.equal(new Set(cells).size, cells.length)
    assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24))
  })
})
