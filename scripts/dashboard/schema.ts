import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard } from './panels.ts'
import { run } from './run-command.ts'

/**
 * Types of @grafana/schema, which is generated from Grafana's own schema, for JSON: enums are the texts and
 * numbers they stand for. Of an annotation it knows only what every data source has; the rest is of
 * @grafana/prometheus.
 */
const types = `
import type * as G from '@grafana/schema'
type Plain<T> = T extends string ? \`\${T}\` : T extends number ? number : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T
type Defaults = Omit<Plain<G.FieldConfig>, 'custom'> & { custom?: Plain<G.GraphFieldConfig> }
type PanelOf<Type, Options> = Omit<Plain<G.Panel>, 'fieldConfig' | 'options' | 'type'> &
  { type: Type; options: Options; fieldConfig: { defaults: Defaults; overrides: Plain<G.Panel['fieldConfig'] & {}>['overrides'] } }
type Stat = PanelOf<'stat', Plain<G.SingleStatBaseOptions & { colorMode: G.BigValueColorMode; graphMode: G.BigValueGraphMode
  justifyMode: G.BigValueJustifyMode; textMode: G.BigValueTextMode }>>
type TimeSeries = PanelOf<'timeseries', Plain<G.OptionsWithLegend & G.OptionsWithTooltip>>
type Annotation = Plain<NonNullable<NonNullable<G.Dashboard['annotations']>['list']>[number]> &
  { expr: string; step: string; titleFormat: string; textFormat: string; tagKeys: string; useValueForTime: boolean }
export const dashboard: Omit<Plain<G.Dashboard>, 'annotations' | 'panels'> &
  { annotations: { list: Annotation[] }; panels: (Stat | TimeSeries)[] } =
`

/**
 * Has the compiler compare a dashboard with Grafana's types: a name that is misspelt or not known is an
 * error. Throws with what it finds.
 */
export function checkSchema(renderer: string, dashboard: Dashboard): void {
  const folder = join(renderer, 'node_modules/.dashboard')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'check.ts')
  writeFileSync(file, `${types}${JSON.stringify(dashboard, null, 2)}`)
  const flags = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2023',
  ]
  run('node_modules/.bin/tsc', [...flags, file])
}
