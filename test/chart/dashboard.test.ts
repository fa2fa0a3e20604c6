import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { metricTable } from '../../src/node/lifecycle/metric-table.ts'
import { needs } from '../helpers/needs.ts'
import { chartPath, chartSuite, ofKind, renderChart, test } from './helm.ts'
import { judgeRules, series } from './promtool.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string
      readonly custom?: { readonly fillOpacity: number; readonly stacking: { readonly mode: string } }
    }
    readonly overrides: readonly {
      readonly matcher: { readonly options: string }
      readonly properties: readonly {
        readonly id: string
        readonly value: { readonly fixedColor?: string }
      }[]
    }[]
  }
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

/** Puts times in the place of Grafana's, and everything in the place of its choices. */
const fill = (expr: string, interval: string, longer: string): string =>
  expr
    .replaceAll('$__interval', interval)
    .replaceAll(/\$__\w+/g, longer)
    .replaceAll(/\$\w+/g, '.*')

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
        const wanted = kept.includes('pod') ? kept.filter((label) => label !== 'namespace') : kept
        assert.deepEqual(named, wanted, title)
      }
    }
  })

  test('pods of the same name in two namespaces are two, in every query', () => {
    const lists = expressions.flatMap((expr) => [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)])
    const alone = lists.filter(([, labels = '']) => labels.includes('pod') && !labels.includes('namespace'))
    assert.deepEqual(alone, [])
  })

  test('what is force-closed is counted once, when it is first seen', needs('promtool'), () => {
    const panel = panels.find(({ title }) => title === 'Force-closed, by namespace and kind')
    const labels = 'namespace="default", job="default/shop"'
    // Two requests of one pod, seen by three scrapes; one of another pod, which no scrape saw before.
    const input_series = [
      series('lastcall_forced_closes_total', `${labels}, pod="a", kind="request"`, '0 0 2 _ _ 2 stale'),
      series('lastcall_forced_closes_total', `${labels}, pod="b", kind="request"`, '_ _ _ _ 1 1 stale'),
      series('lastcall_forced_closes_total', `${labels}, pod="a", kind="upgrade"`, '0 0 0 0 0 stale'),
    ]
    const expr = fill(panel?.targets[0]?.expr ?? '', '15s', '1m')
    // Nothing until the first; from then on 0 as well, because a bar that stands alone is as wide as the
    // panel.
    const promql_expr_test = [null, null, 2, 0, 1, 0, 0].map((value, index) => ({
      expr,
      eval_time: `${index * 15}s`,
      exp_samples: value === null ? [] : [{ labels: '{namespace="default", kind="request"}', value }],
    }))
    const story = { interval: '15s', input_series, promql_expr_test }
    assert.equal(judgeRules('dashboard-forced-closes', { groups: [] }, [story]), '')
  })

  test('what a pod has in flight is its requests and its work', needs('promtool'), () => {
    const panel = panels.find(({ title }) => title === 'In flight while shutting down')
    const labels = 'namespace="default", job="default/shop", pod="a"'
    const input_series = [
      series('lastcall_requests_in_flight', `${labels}, server="main", kind="request"`, '3'),
      series('lastcall_requests_in_flight', `${labels}, server="main", kind="upgrade"`, '1'),
      series('lastcall_work_in_flight', labels, '2'),
      series('lastcall_shutdown_budget_left_seconds', labels, '9'),
    ]
    const exp_samples = [{ labels: '{namespace="default", pod="a"}', value: 6 }]
    const expression = { expr: fill(panel?.targets[0]?.expr ?? '', '15s', '1m'), eval_time: '0', exp_samples }
    const story = { interval: '15s', input_series, promql_expr_test: [expression] }
    assert.equal(judgeRules('dashboard-in-flight', { groups: [] }, [story]), '')
  })

  test('a title says that it is a time where the panel shows seconds, and nowhere else', () => {
    for (const { title, fieldConfig } of panels) {
      const isTime = /\b(time|longest|oldest)\b/i.test(title)
      assert.equal(isTime, fieldConfig.defaults.unit === 's', title)
    }
  })

  test('areas have the colour of their legend: they are opaque, and a name has one colour in all panels', () => {
    const colours = new Map<string, string | undefined>()
    for (const { title, fieldConfig } of panels) {
      const { custom } = fieldConfig.defaults
      if (custom) assert.equal(custom.fillOpacity, custom.stacking.mode === 'normal' ? 100 : 0, title)
      for (const { matcher, properties } of fieldConfig.overrides) {
        const colour = properties.find(({ id }) => id === 'color')?.value.fixedColor
        assert.equal(colour, colours.get(matcher.options) ?? colour, `${title}: ${matcher.options}`)
        colours.set(matcher.options, colour)
      }
    }
    assert.ok(colours.size >= 10)
  })

  test('promtool accepts its queries', needs('promtool'), () => {
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: fill(expr, '1h', '1h'),
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
