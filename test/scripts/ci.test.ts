import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'

/** Runs the gate in an empty folder, with a program in the place of npm and of all that it would fetch. */
function runGate(t: TestContext, npm: string): { code: number | null; lines: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [gate, bin] = [join(folder, 'checkout', '.ci'), join(folder, 'bin')]
  cpSync('.ci', gate, { recursive: true })
  mkdirSync(bin)
  mkdirSync(join(folder, 'checkout', '.cache', 'kafka'), { recursive: true })
  for (const name of ['npm', 'promtool', 'dumb-init', 'tini', 'nginx', 'redis-server', 'postgres']) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${name === 'npm' ? npm : ''}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const { error, status, stdout } = spawnSync('bash', [join(gate, 'run')], {
    env: { PATH: `${bin}:/usr/bin:/bin` },
    encoding: 'utf8',
    timeout: 30_000,
  })
  assert.equal(error, undefined)
  return { code: status, lines: stdout.trimEnd().split('\n') }
}

suite('.ci/run', () => {
  test('ends with the time of each step', (t) => {
    const { code, lines } = runGate(t, '')
    assert.equal(code, 0, lines.join('\n'))
    const summary = lines.slice(lines.indexOf('[ci] steps:'))
    const steps = ['npm ci', 'npm run contract', 'npm run ok -- 22 26', 'npm test', 'npm run e2e']
    assert.deepEqual(
      summary.slice(1, -1).map((line) => line.replace(/^\[ci\] +\d+ s +/, '')),
      steps,
    )
    assert.match(summary.at(-1) ?? '', /^\[ci\] \d+ min \d+ s in all$/)
  })

  test('stops at a step that fails, and names it beside the times of those before it', (t) => {
    const { code, lines } = runGate(t, 'test "$1" != test || exit 7')
    assert.equal(code, 7, lines.join('\n'))
    const summary = lines.slice(lines.indexOf('[ci] steps:'))
    assert.equal(summary.length, 6)
    assert.match(summary[4] ?? '', /\d+ s +npm test: FAILED, exit code 7/)
  })
})
