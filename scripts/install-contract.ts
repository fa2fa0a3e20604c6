/**
 * Installs the frameworks of test/contract, and builds the application of the one that has to be built, when they are missing or older than what they
 * are made from. Nothing else of the project needs them.
 */
import { execFileSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'

const contract = 'test/contract'
const next = `${contract}/apps/next`

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const run = (command: string, args: readonly string[], env: Record<string, string> = {}): void =>
  void execFileSync(command, args, { cwd: contract, stdio: 'inherit', env: { ...process.env, ...env } })

// npm writes this file last, so an installation that broke off is none.
const installedAt = changedAt(`${contract}/node_modules/.package-lock.json`)
if (installedAt < changedAt(`${contract}/package-lock.json`)) run('npm', ['ci', '--ignore-scripts'])

const sources = globSync([`${next}/*.mjs`, `${next}/app/**/*.js`]).map(changedAt)
if (changedAt(`${next}/.next/standalone/apps/next/server.js`) < Math.max(installedAt, ...sources)) {
  run(process.execPath, ['node_modules/next/dist/bin/next', 'build', 'apps/next'], {
    NEXT_TELEMETRY_DISABLED: '1',
  })
}
