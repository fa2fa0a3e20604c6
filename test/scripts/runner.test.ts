import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, test, type TestContext } from 'node:test'
import { planTests } from '../../scripts/tests/plan.ts'
import pkg from '../../package.json' with { type: 'json' }

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs `npm test` on programs of test/fixtures/runner, with nothing on PATH but Node. */
async function runRunner(
  t: TestContext,
  fixtures: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  symlinkSync(process.execPath, join(folder, 'node'))
  const files = fixtures.map((name) => `test/fixtures/runner/${name}.ts`)
  const child = spawn(process.execPath, ['scripts/test.ts', ...files], {
    env: { PATH: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, output: out + err }
}

suite('npm test', { concurrency: true }, () => {
  test('a file that leaves a handle open ends by itself, fails and names the handle', async (t) => {
    const { code, output } = await runRunner(t, ['leaks', 'passes'], { TEST_LINGER_MS: '500' })
    assert.equal(code, 1, output)
    assert.match(output, /leaks\.ts: still open 0\.5 s after the last test: TCPServerWrap/)
    assert.match(output, /^✔ passes/m)
    assert.match(output, /^ℹ fail 1$/m)
  })

  test('a file whose event loop never turns is killed at its limit', async (t) => {
    const { code, output } = await runRunner(t, ['loops'], { TEST_FILE_LIMIT_MS: '2000' })
    assert.equal(code, 1, output)
    assert.match(output, /loops\.ts: not over after 2 s, killed/)
  })

  test('a file that exits with 0 before its last test has ended fails', async (t) => {
    const { code, output } = await runRunner(t, ['exits', 'passes'])
    assert.equal(code, 1, output)
    assert.match(output, /exits\.ts: exited with 0 before its last test had ended/)
    assert.match(output, /^✔ passes/m)
  })

  test('file after file that hangs stops the run', async (t) => {
    const files = ['loops', 'leaks', 'loops', 'loops', 'passes']
    const limits = { TEST_FILE_LIMIT_MS: '2000', TEST_LINGER_MS: '500', TEST_CONCURRENCY: '1' }
    const { code, output } = await runRunner(t, files, limits)
    assert.equal(code, 1, output)
    assert.match(output, /3 files hung, so that the rest was not run/)
    assert.doesNotMatch(output, /^✔ passes/m)
  })

  test('what cannot run is counted as skipped, and named with its remedy at the end', async (t) => {
    const { code, output } = await runRunner(t, ['needy', 'passes'])
    assert.equal(code, 0, output)
    assert.match(output, /^ℹ tests 3$/m)
    assert.match(output, /^ℹ skipped 2$/m)
    assert.match(output, /^Skipped 2 tests: helm is missing here: install helm 4/m)
  })

  test('what cannot run fails with CI=true', async (t) => {
    const { code, output } = await runRunner(t, ['needy'], { CI: 'true' })
    assert.equal(code, 1, output)
    assert.match(output, /helm is missing here.*with CI=true its tests may not be skipped/)
  })

  test('a place without a test file is refused', async (t) => {
    const { code, output } = await runRunner(t, ['missing'])
    assert.equal(code, 1, output)
    assert.match(
      output,
      /There is no test file at test\/fixtures\/runner\/missing\.ts: name a file or a folder/,
    )
  })
})

test('other lines of Node leave out what does not depend on the line, and nothing else', () => {
  const whole = planTests([], pkg.devDependencies.node)
  const other = planTests([], '22.23.3')
  assert.equal(whole.leftOut, 0)
  const all = [...whole.together, ...whole.quiet]
  const kept = new Set([...other.together, ...other.quiet])
  const leftOut = all.filter((file) => !kept.has(file))
  assert.equal(leftOut.length, other.leftOut)
  assert.ok(leftOut.includes('test/chart/lint.test.ts'))
  for (const folder of ['core', 'node', 'integrations', 'load', 'rollout', 'contract', 'cli', 'testing']) {
    assert.ok(
      [...kept].some((file) => file.startsWith(`test/${folder}/`)),
      folder,
    )
    const missing = leftOut.filter((file) => file.startsWith(`test/${folder}/`))
    assert.deepEqual(
      missing.filter((file) => file !== 'test/contract/guides.test.ts'),
      [],
    )
  }
})
