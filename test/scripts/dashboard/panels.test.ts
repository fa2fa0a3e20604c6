import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import {
  type Dashboard,
  fillVariables,
  findEmptyPanels,
  hasGap,
  type Panel,
  recordPanels,
  type Recording,
} from '../../../scripts/dashboard/panels.ts'
import type { Query, Series } from '../../../scripts/dashboard/prometheus.ts'

const file = new URL('../../../charts/lastcall/dashboards/lastcall.json', import.meta.url)
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard
const range = { from: 1_000, to: 1_060.5, step: 2 }

const panelOf = (id: number, ...targets: Panel['targets']): Panel => ({
  id,
  type: 'timeseries',
  title: `panel ${id}`,
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  fieldConfig: { defaults: {}, overrides: [] },
  targets,
})
const seriesOf = (...values: readonly string[]): Series => ({
  metric: {},
  values: values.map((value, index) => [1_000 + index, value]),
})
const recordingOf = (answers: Recording['panels'][number]['answers']): Recording => ({
  ...range,
  annotations: [],
  panels: [{ id: 1, answers }],
})

suite('data of a dashboard', () => {
  test("Grafana's variables get values, the range in whole seconds", () => {
    const expr = 'max_over_time(a{job=~"$job"}[$__range]) + b{namespace=~"$namespace"} + rate(c[$__interval])'
    const filled = 'max_over_time(a{job=~"default/orders"}[61s]) + b{namespace=~"default"} + rate(c[2s])'
    assert.equal(fillVariables(expr, range), filled)
  })

  test('a variable that nobody knows is refused, not asked for', () => {
    assert.throws(() => fillVariables('up{pod="$pod"}', range), /Nobody gives \$pod a value/)
  })

  test('every query of the dashboard is asked once, instant ones at the end', async () => {
    const asked: Query[] = []
    const recording = await recordPanels(dashboard, range, async (query) => {
      asked.push(query)
      return []
    })
    const targets = dashboard.panels.flatMap((panel) => panel.targets)
    assert.equal(asked.length, targets.length + dashboard.annotations.list.length)
    assert.equal(
      asked.filter(({ instant }) => instant).length,
      targets.filter(({ instant }) => instant).length,
    )
    assert.ok(asked.every(({ expr, from, to }) => !expr.includes('$') && from === 1_000 && to === 1_060.5))
    assert.deepEqual(
      recording.panels.map(({ id, answers }) => [id, answers.length]),
      dashboard.panels.map(({ id, targets: { length } }) => [id, length]),
    )
  })

  test('a panel is empty when one of its queries has no number', () => {
    const board = { ...dashboard, panels: [panelOf(1, { expr: 'a' }, { expr: 'b' })] }
    const empty = (...answers: readonly (readonly Series[])[]): readonly string[] =>
      findEmptyPanels(board, recordingOf(answers))
    assert.deepEqual(empty([seriesOf('1')], [seriesOf('NaN', '0')]), [])
    assert.deepEqual(empty([seriesOf('1')], []), ['panel 1'])
    assert.deepEqual(empty([seriesOf('1')], [seriesOf('NaN', '+Inf')]), ['panel 1'])
    assert.deepEqual(empty(), ['panel 1'])
  })

  test('a recording in which pods are missing for a moment has a gap', () => {
    assert.equal(hasGap([seriesOf('3', '4', '3')], 3), false)
    assert.equal(hasGap([seriesOf('3', '2', '3')], 3), true)
    assert.equal(hasGap([], 3), true)
  })
})
