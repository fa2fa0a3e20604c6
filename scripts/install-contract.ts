/**
 * Installs the frameworks of test/contract, and builds the application of the one that has to be built, when
 * they are missing or older than what they are made from. Nothing else of the project needs them.
 */
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { changedAt, installOnce } from './install-once.ts'

const contract = 'test/contract'
const next = `${contract}/apps/next`

const installedAt = installOnce(contract)

const sources = globSync([`${next}/*.mjs`, `${next}/*.js`, `${next}/app/**/*.js`]).map(changedAt)
if (changedAt(`${next}/.next/standalone/apps/next/server.js`) < Math.max(installedAt, ...sources)) {
  execFileSync(process.execPath, ['node_modules/next/dist/bin/next', 'build', 'apps/next'], {
    cwd: contract,
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  })
}
