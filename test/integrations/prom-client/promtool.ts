import { spawnSync } from 'node:child_process'

/** Why the checks with promtool cannot run here, false when they can. In continuous integration it has to be there. */
export const missingPromtool: string | false =
  process.env['CI'] === 'true' || spawnSync('promtool', ['--version']).error === undefined
    ? false
    : 'promtool is not installed (Debian package prometheus)'

/** What `promtool check metrics` finds wrong with a page of metrics; an empty text when nothing. */
export function lintMetrics(page: string): string {
  const { status, error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  })
  if (error) throw error
  return status === 0 ? '' : `${stdout}${stderr}` || `exit code ${status}`
}
