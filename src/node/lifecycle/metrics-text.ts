import { type MetricDefinition, metricTable } from './metric-table.ts'
import type { EndpointAnswer, Snapshot } from '../types.ts'

/**
 * Every metric of a lifecycle as Prometheus' text format 0.0.4, for processes without a metrics client
 * (Prometheus, "Exposition formats").
 */
export function metricsText(snapshot: Snapshot): EndpointAnswer {
  const lines = metricTable.flatMap((definition) => linesOf(definition, snapshot))
  return { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: `${lines.join('\n')}\n` }
}

function linesOf({ name, help, type, samples }: MetricDefinition, snapshot: Snapshot): readonly string[] {
  const full = `lastcall_${name}`
  return [
    `# HELP ${full} ${escaped(help)}`,
    `# TYPE ${full} ${type}`,
    ...samples(snapshot).map(({ labels, value }) => `${full}${labelsOf(labels)} ${value}`),
  ]
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quoted(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`)

// The application chooses a server's name. An unescaped quote in it would end the label.
const quoted = (text: string): string => escaped(text).replaceAll('"', String.raw`\"`)
