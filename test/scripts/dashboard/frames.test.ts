import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import {
  configureField,
  fillLegend,
  pictureHeight,
  placePanel,
  toFrames,
} from '../../../scripts/dashboard/frames.ts'
import type { Dashboard, Panel } from '../../../scripts/dashboard/panels.ts'
import { picturesOf } from '../../../scripts/dashboard/pictures.ts'

const file = new URL('../../../charts/lastcall/dashboards/lastcall.json', import.meta.url)
const board = JSON.parse(readFileSync(file, 'utf8')) as Dashboard

const panel: Panel = {
  id: 7,
  type: 'timeseries',
  title: 'Pods',
  gridPos: { x: 12, y: 4, w: 12, h: 8 },
  fieldConfig: {
    defaults: { custom: { lineWidth: 2 } },
    overrides: [
      {
        matcher: { id: 'byName', options: 'pod-1 request' },
        properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: 'red' } }],
      },
    ],
  },
  targets: [{ expr: 'a', legendFormat: '{{pod}} {{ kind }}' }, { expr: 'b' }],
}

suite('data frames of a dashboard', () => {
  for (const { file, width: pictureWidth, dashboard } of picturesOf(board)) {
    test(`every panel lies within ${file}, its right edge the same in every full row`, () => {
      const { panels } = dashboard
      const height = pictureHeight(panels)
      const places = panels.map(({ gridPos }) => placePanel(gridPos, pictureWidth))
      for (const { left = 0, top = 0, width = 0, height: own = 0 } of places) {
        assert.ok(left >= 16 && left + width <= pictureWidth - 16 + 0.001 && top + own < height)
      }
      const last = panels.flatMap(({ gridPos: { x, w } }, index) => (x + w === 24 ? [places[index]!] : []))
      assert.ok(last.length > 1)
      for (const { left = 0, width = 0 } of last) assert.equal(Math.round(left + width), pictureWidth - 16)
    })
  }

  test('the picture of the README has four panels, is 960 px wide and has twice as many pixels', () => {
    const [readme] = picturesOf(board)
    assert.deepEqual(
      readme!.dashboard.panels.map(({ title }) => title),
      [
        'Pods by state',
        'In flight while shutting down',
        'Time left until SIGKILL',
        'Requests after the signal',
      ],
    )
    assert.deepEqual([readme!.width, readme!.scale], [960, 2])
  })

  test('a panel that the picture of the README wants and the dashboard lacks is named', () => {
    assert.throws(() => picturesOf({ ...board, panels: [] }), /no panel 1/)
  })

  test('a legend takes its labels from the series', () => {
    assert.equal(fillLegend('{{pod}} {{ kind }}', { pod: 'pod-1', kind: 'request' }), 'pod-1 request')
    assert.equal(fillLegend('{{pod}}', {}), '')
  })

  test("a field has the panel's configuration over Grafana's, and the override of its name over both", () => {
    const named = configureField(panel, 'pod-1 request')
    const other = configureField(panel, 'pod-2 request')
    assert.deepEqual(named['color'], { mode: 'fixed', fixedColor: 'red' })
    assert.deepEqual(other['color'], { mode: 'palette-classic' })
    const { lineWidth, showPoints } = other['custom'] as Record<string, unknown>
    assert.deepEqual({ lineWidth, showPoints }, { lineWidth: 2, showPoints: 'auto' })
  })

  test('each series is a frame of its own, in milliseconds and numbers, numbered over all queries', () => {
    const one = { metric: { pod: 'pod-1', kind: 'request' }, values: [[5, '1.5']] as const }
    const two = { metric: { pod: 'pod-2' }, values: [[6, '2']] as const }
    const frames = toFrames(panel, {
      from: 0,
      to: 10,
      step: 1,
      annotations: [],
      panels: [{ id: 7, answers: [[one], [two]] }],
    })
    assert.deepEqual(
      frames.map(({ fields: [time, value] }) => [
        time.values,
        time.config['interval'],
        value.values,
        value.config['displayNameFromDS'],
        value.state?.seriesIndex,
      ]),
      [
        [[5_000], 1_000, [1.5], 'pod-1 request', 0],
        [[6_000], 1_000, [2], '', 1],
      ],
    )
  })

  test('a panel that was not recorded has no frames', () => {
    assert.deepEqual(toFrames(panel, { from: 0, to: 1, step: 1, annotations: [], panels: [] }), [])
  })
})
