import type { Panel, Recording } from './panels.ts'
import type { Series } from './prometheus.ts'

/** Height of a picture's head in pixels. */
export const HEADER = 56

/** Grafana's grid: 24 columns, rows of 30 px, 8 px between panels. */
const COLUMNS = 24
const ROW = 30
const GAP = 8
/** Pixels around the panels. */
export const MARGIN = 16

type Config = Readonly<Record<string, unknown>>

/** A data frame as Grafana's components take it: one series. */
export interface Frame {
  readonly refId: string
  readonly length: number
  readonly fields: readonly [Field, Field]
}

interface Field {
  readonly name: string
  readonly type: 'time' | 'number'
  readonly config: Config
  readonly values: readonly number[]
  readonly labels?: Series['metric']
  readonly state?: { readonly seriesIndex: number }
}

/** Place of a panel in pixels, in a picture of this width. */
export function placePanel(
  { x, y, w, h }: Panel['gridPos'],
  pictureWidth: number,
): Readonly<Record<string, number>> {
  const column = (pictureWidth - 2 * MARGIN + GAP) / COLUMNS
  return {
    left: MARGIN + x * column,
    top: HEADER + y * (ROW + GAP),
    width: w * column - GAP,
    height: h * (ROW + GAP) - GAP,
  }
}

/** Height of the whole picture in pixels. */
export function pictureHeight(panels: readonly Panel[]): number {
  return HEADER + Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * (ROW + GAP) + MARGIN - GAP
}

/** What Grafana's time series panel takes where a dashboard says nothing. */
const graphDefaults: Config = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: 'none',
  barAlignment: 0,
  barWidthFactor: 0.6,
  showPoints: 'auto',
  pointSize: 5,
  spanNulls: false,
  stacking: { mode: 'none', group: 'A' },
  axisPlacement: 'auto',
  axisGridShow: true,
  thresholdsStyle: { mode: 'off' },
  hideFrom: { legend: false, tooltip: false, viz: false },
}

/** A field's configuration: Grafana's defaults, the panel's, then the overrides for this name. */
export function configureField({ type, fieldConfig }: Panel, name: string): Config {
  const { defaults, overrides } = fieldConfig
  const own = overrides.filter(({ matcher }) => matcher.options === name)
  const properties = own.flatMap((override) => override.properties).map(({ id, value }) => [id, value])
  return {
    color: { mode: 'palette-classic' },
    ...defaults,
    custom: type === 'timeseries' ? { ...graphDefaults, ...defaults.custom } : {},
    ...Object.fromEntries(properties),
    displayNameFromDS: name,
  }
}

/** Fills labels into a legend such as `{{pod}}`; one that the series does not have is empty. */
export function fillLegend(format: string, labels: Series['metric']): string {
  return format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '')
}

/** A panel's data, one frame a series; times in milliseconds. */
export function toFrames(panel: Panel, { panels, step }: Recording): readonly Frame[] {
  const answers = panels.find(({ id }) => id === panel.id)?.answers ?? []
  const series = answers.flatMap((answer, nth) =>
    answer.map((one) => ({ ...one, name: fillLegend(panel.targets[nth]?.legendFormat ?? '', one.metric) })),
  )
  return series.map(({ name, metric, values }, seriesIndex) => ({
    refId: 'A',
    length: values.length,
    fields: [
      {
        name: 'Time',
        type: 'time',
        config: { interval: step * 1_000 },
        values: values.map(([seconds]) => seconds * 1_000),
      },
      {
        name: 'Value',
        type: 'number',
        labels: metric,
        config: configureField(panel, name),
        values: values.map(([, value]) => Number(value)),
        state: { seriesIndex },
      },
    ],
  }))
}
