import { spawnSync } from 'node:child_process'

/** What `promtool check metrics` finds wrong with a page of metrics; an empty text when nothing. */
export function lintMetrics(page: string): string {
  const { status, error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  })
  if (error) throw error
  return status === 0 ? '' : `${stdout}${stderr}` || `exit code ${status}`
}
