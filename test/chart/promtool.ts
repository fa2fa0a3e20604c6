import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const folder = fileURLToPath(new URL('../../.cache/chart-rules', import.meta.url))

/**
 * What `promtool` says against rules (a group list, as in a PrometheusRule's spec), and against tests of them
 * when there are any. Empty when nothing.
 */
export function judgeRules(name: string, spec: unknown, tests: readonly unknown[] = []): string {
  mkdirSync(folder, { recursive: true })
  const file = (kind: string, content: unknown): string => {
    const path = join(folder, `${name}.${kind}.json`)
    writeFileSync(path, JSON.stringify(content))
    return path
  }
  const rules = file('rules', spec)
  const command =
    tests.length === 0
      ? ['check', 'rules', rules]
      : ['test', 'rules', file('tests', { rule_files: [rules], evaluation_interval: '15s', tests })]
  const { status, error, stdout, stderr } = spawnSync('promtool', command, { encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? '' : `${stdout}${stderr}`
}

/** Samples of one series for a test of rules, as promtool writes them. */
export interface Series {
  readonly series: string
  readonly values: string
}

/** A {@link Series} from its metric, its labels and its samples. */
export const series = (metric: string, labels: string, values: string): Series => ({
  series: `${metric}{${labels}}`,
  values,
})
