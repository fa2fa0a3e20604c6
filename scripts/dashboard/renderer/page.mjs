/** Draws a dashboard's panels with Grafana's own components, at the places of its gridPos. `globalThis.picture` has the dashboard, the recording and the width. */
import '@fontsource/inter/400.css'
import '@fontsource/inter/500.css'
import { createTheme, dateTime, getDisplayProcessor, ThemeContext } from '@grafana/data'
import { BigValue, GlobalStyles, PanelChrome, TimeSeries } from '@grafana/ui'
import { createElement as h } from 'react'
import { createRoot } from 'react-dom/client'
import { flushSync } from 'react-dom'
import { HEADER, MARGIN, placePanel, toFrames } from '../frames.ts'

const theme = createTheme({ colors: { mode: 'dark' } })
const { dashboard, recording, width: pictureWidth } = globalThis.picture
const moment = (seconds) => dateTime(seconds * 1_000)
const range = { from: moment(recording.from), to: moment(recording.to) }
const timeRange = { ...range, raw: range }

const shown = (frame) => ({
  ...frame,
  fields: frame.fields.map((field) => ({
    ...field,
    display: getDisplayProcessor({ field, theme, timeZone: 'utc' }),
  })),
})

/** A vertical line for each annotation, as Grafana's own plugin draws them; that one is not among its components. */
const [{ iconColor }] = dashboard.annotations.list
const drawMarks = (builder) => {
  builder.addHook('draw', (plot) => {
    const { ctx, bbox } = plot
    ctx.save()
    ctx.strokeStyle = theme.visualization.getColorByName(iconColor)
    ctx.lineWidth = 1.5 * globalThis.devicePixelRatio
    ctx.setLineDash([4, 4].map((pixels) => pixels * globalThis.devicePixelRatio))
    for (const { values } of recording.annotations) {
      const left = Math.round(plot.valToPos(Number(values[0][1]), 'x', true)) + 0.5
      ctx.beginPath()
      ctx.moveTo(left, bbox.top)
      ctx.lineTo(left, bbox.top + bbox.height)
      ctx.stroke()
    }
    ctx.restore()
  })
}

const views = {
  stat: (panel, frames, size) => {
    const field = frames[0].fields[1]
    const value = field.display(field.values.at(-1))
    return h(BigValue, { ...size, theme, value, ...panel.options, text: { valueSize: 42 } })
  },
  timeseries: (panel, frames, size) =>
    h(
      TimeSeries,
      {
        ...size,
        frames,
        timeRange,
        timeZone: 'utc',
        legend: panel.options.legend,
        options: {},
      },
      drawMarks,
    ),
}

const Panel = (panel) => {
  const { left, top, width, height } = placePanel(panel.gridPos, pictureWidth)
  const frames = toFrames(panel, recording).map(shown)
  const chrome = { width, height, title: panel.title, description: panel.description, padding: 'md' }
  return h(
    'div',
    { key: panel.id, style: { position: 'absolute', left, top } },
    h(PanelChrome, chrome, (innerWidth, innerHeight) =>
      views[panel.type](panel, frames, { width: innerWidth, height: innerHeight }),
    ),
  )
}

const clock = (seconds) => moment(seconds).utc().format('YYYY-MM-DD HH:mm:ss')
const page = h(
  ThemeContext.Provider,
  { value: theme },
  h(GlobalStyles, {}),
  h(
    'div',
    {
      style: {
        position: 'absolute',
        left: MARGIN,
        height: HEADER,
        width: pictureWidth - 2 * MARGIN,
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'space-between',
      },
    },
    h('span', { style: { fontSize: 20, fontWeight: 500 } }, dashboard.title),
    h(
      'span',
      { style: { color: theme.visualization.getColorByName(iconColor) } },
      '\u2506 a pod begins to shut down',
    ),
    h(
      'span',
      { style: { color: theme.colors.text.secondary } },
      `${clock(recording.from)} to ${clock(recording.to)} UTC`,
    ),
  ),
  dashboard.panels.map(Panel),
)
flushSync(() => createRoot(document.querySelector('main')).render(page))
