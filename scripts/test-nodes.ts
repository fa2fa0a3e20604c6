/** Runs the tests on every supported line of Node. The binaries come from npm and are kept in `.cache`. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const versions = ['22.23.3', '24.21.0', '26.10.0']
const wanted = process.argv.slice(2)
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

let failed = 0
for (const version of versions.filter((v) => wanted.length === 0 || wanted.some((w) => v.startsWith(w)))) {
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
  const run = spawnSync(node, ['scripts/test.ts'], { stdio: 'inherit', env })
  if (run.status !== 0) {
    failed++
    console.error(`=== Node ${version}: failed`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
