/** Runs the tests on every supported line of Node. The binaries come from npm and are kept in `.cache`. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const versions = ['22.23.3', '24.21.0', '26.10.0']
const wanted = process.argv.slice(2)
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

/** How long one line of Node may take; .ci/run builds its container engine beside it. */
const LIMIT_MS = 1_200_000

const isOf = (line: string, version: string): boolean => `${version}.`.startsWith(`${line}.`)

// A run of nothing would pass.
const unknown = wanted.filter((line) => !versions.some((version) => isOf(line, version)))
if (unknown.length > 0) {
  console.error(`There is no Node ${unknown.join(', ')} among the supported lines: ${versions.join(', ')}`)
  process.exit(1)
}

const outcomes: string[] = []
let failed = 0
for (const version of versions.filter(
  (one) => wanted.length === 0 || wanted.some((line) => isOf(line, one)),
)) {
  const prefix = resolve('.cache', `node-${version}`)
  const node = resolve(prefix, 'node_modules', `node-${platform}`, 'bin', 'node')
  if (!existsSync(node)) {
    execFileSync(
      'npm',
      ['install', '--silent', '--no-save', '--prefix', prefix, `node-${platform}@${version}`],
      { stdio: 'inherit' },
    )
  }
  console.log(`\n=== Node ${version}`)
  const env = { ...process.env, PATH: `${resolve(node, '..')}:${process.env['PATH']}` }
  const began = performance.now()
  const run = spawnSync(node, ['scripts/test.ts'], { stdio: 'inherit', env, timeout: LIMIT_MS })
  const how = run.status === 0 ? 'passed' : `failed, ${run.signal ?? `exit code ${run.status}`}`
  outcomes.push(`=== Node ${version}: ${how} after ${((performance.now() - began) / 1_000).toFixed(0)} s`)
  if (run.status !== 0) failed++
}
console.log(outcomes.join('\n'))
process.exitCode = failed === 0 ? 0 : 1
