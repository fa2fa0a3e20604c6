import { JOB, NAMESPACE } from './pod-monitor.ts'
import type { Query, Series } from './prometheus.ts'

/** As much of a dashboard as is needed to ask for its data. */
export interface Dashboard {
  readonly title: string
  readonly annotations: { readonly list: readonly Annotation[] }
  readonly panels: readonly Panel[]
}

/** What marks moments in every panel. */
interface Annotation {
  readonly name: string
  readonly expr: string
  readonly iconColor: string
}

/** A panel with its place, its queries and how their answers are drawn. */
export interface Panel {
  readonly id: number
  readonly type: 'stat' | 'timeseries'
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig: {
    readonly defaults: { readonly custom?: Readonly<Record<string, unknown>> }
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string }
      readonly properties: readonly { readonly id: string; readonly value: unknown }[]
    }[]
  }
  readonly targets: readonly Target[]
}

/** A query of a panel. */
export interface Target {
  readonly expr: string
  readonly legendFormat?: string
  readonly instant?: boolean
}

/** What was recorded, times in seconds. */
export interface Recording {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly annotations: readonly Series[]
  readonly panels: readonly PanelData[]
}

/** The answers to a panel's queries, in their order. */
export interface PanelData {
  readonly id: number
  readonly answers: readonly (readonly Series[])[]
}

/**
 * Grafana's `$__rate_interval` is at least four scrape intervals (Grafana, "Prometheus template variables").
 */
const RATE_INTERVAL = '2s'

/**
 * Puts values in the place of Grafana's variables; `from`, `to` and `step` in seconds. Throws when one is
 * left.
 */
export function fillVariables(expr: string, { from, to, step }: Omit<Query, 'expr' | 'instant'>): string {
  const values: Readonly<Record<string, string>> = {
    $namespace: NAMESPACE,
    $job: JOB,
    $__range: `${Math.ceil(to - from)}s`,
    $__interval: `${step}s`,
    $__rate_interval: RATE_INTERVAL,
  }
  return expr.replaceAll(/\$\w+/g, (name) => {
    const value = values[name]
    if (value === undefined) throw new Error(`Nobody gives ${name} a value: ${expr}`)
    return value
  })
}

/** Asks every query of a dashboard. */
export async function recordPanels(
  { annotations, panels }: Dashboard,
  range: Omit<Query, 'expr' | 'instant'>,
  ask: (query: Query) => Promise<readonly Series[]>,
): Promise<Recording> {
  const record = (expr: string, instant = false): Promise<readonly Series[]> =>
    ask({ ...range, expr: fillVariables(expr, range), instant })
  const answers = await Promise.all(
    panels.map(async ({ id, targets }) => ({
      id,
      answers: await Promise.all(targets.map(({ expr, instant }) => record(expr, instant))),
    })),
  )
  const marks = await Promise.all(annotations.list.map(({ expr }) => record(expr)))
  return { ...range, annotations: marks.flat(), panels: answers }
}

/** Titles of the panels that have a query without any number in its answer. */
export function findEmptyPanels({ panels }: Dashboard, recording: Recording): readonly string[] {
  const hasNumber = (answer: readonly Series[]): boolean =>
    answer.some(({ values }) => values.some(([, value]) => Number.isFinite(Number(value))))
  return panels.flatMap(({ id, title }) => {
    const data = recording.panels.find((panel) => panel.id === id)
    return data && data.answers.length > 0 && data.answers.every(hasNumber) ? [] : [title]
  })
}

/** Whether any value of an answer is below what it has to be at all times; so is an answer without values. */
export function hasGap(answer: readonly Series[], least: number): boolean {
  const values = answer.flatMap((series) => series.values)
  return values.length === 0 || values.some(([, value]) => Number(value) < least)
}
