import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChild } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'

const serving = (options: object) => ({ args: [JSON.stringify(options)] })
const portOf = (line: string): number => Number(line.split(' ')[1])

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends a serving program with 0 after its hooks, and the report is its last line`, async (t) => {
    const child = startChild(t, 'lifecycle/serving.ts', serving({ shutdownDelayMs: 50 }))
    const port = portOf(await child.line(/^ready/))
    assert.equal((await httpGet(port, '/')).body, 'ok')
    child.kill(signal)
    await child.line(/^shutting down/)
    assert.equal((await httpGet(port, '/')).body, 'ok', 'everything is served in the delay')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /hook ran\n$/)
    const report = child.report()
    assert.equal(report.reason, signal)
    assert.equal(report.clean, true)
  })
}

test('SIGTERM in the middle of the start exits with 0, runs the hooks and never was ready (trap 31)', async (t) => {
  const child = startChild(t, 'lifecycle/starting.ts')
  await child.line(/^starting$/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.stdout, 'starting\nshutdownInitiated: stopping\nhook ran\n')
})

for (const [second, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`${second} more than a second after SIGTERM forces the exit with ${code} (trap 26, 27)`, async (t) => {
    const child = startChild(
      t,
      'lifecycle/serving.ts',
      serving({ drainTimeoutMs: 60_000, shutdownDelayMs: 0 }),
    )
    const port = portOf(await child.line(/^ready/))
    const answer = httpGet(port, '/hang').catch((error: NodeJS.ErrnoException) => error.code)
    await child.line(/^request/)
    child.kill('SIGTERM')
    await child.line(/^shutting down/)
    // The time is what is tested here: within the first second it is the same key press.
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    child.kill(second)
    assert.deepEqual(await child.exit(), { code, signal: null })
    assert.equal(await answer, 'ECONNRESET')
    assert.doesNotMatch(child.stdout, /hook ran/)
    const report = child.report()
    assert.equal(report.exitCode, code)
    assert.deepEqual(report.forcedCloses.byKind, { request: 1 })
    assert.deepEqual(
      report.hooks.map(({ outcome }) => outcome),
      ['skipped'],
    )
  })
}

test('a second signal within a second is ignored: Ctrl-C through npm arrives twice (trap 28)', async (t) => {
  const child = startChild(t, 'lifecycle/serving.ts', serving({ shutdownDelayMs: 50 }))
  await child.line(/^ready/)
  child.kill('SIGINT')
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(child.stdout, /hook ran/)
  // Which of two that are sent at once comes first is the kernel's choice.
  assert.match(child.report().reason, /^SIG(INT|TERM)$/)
})

test('a drain that times out exits with 1 in its time, and the report says what was force-closed', async (t) => {
  const child = startChild(t, 'lifecycle/serving.ts', serving({ drainTimeoutMs: 200, shutdownDelayMs: 0 }))
  const port = portOf(await child.line(/^ready/))
  const answer = httpGet(port, '/hang').catch((error: NodeJS.ErrnoException) => error.code)
  await child.line(/^request/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(await answer, 'ECONNRESET')
  const { clean, durationMs, forcedCloses } = child.report()
  assert.equal(clean, false)
  assert.ok(durationMs >= 200 && durationMs < 10_000)
  assert.equal(forcedCloses.total, 1)
  assert.equal(forcedCloses.details[0]!.label, 'GET /hang')
  assert.match(child.stdout, /hook ran/, 'hooks run all the same')
})

test('a hook that fails exits with 1, and the other hooks run', async (t) => {
  const child = startChild(t, 'lifecycle/hooks.ts', { args: ['fails'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.match(child.stdout, /hook ran/)
  assert.equal(child.report().hooks[0]!.error, 'the pool is gone')
})

test('a hook that hangs exits with 1 when the time is over', async (t) => {
  const child = startChild(t, 'lifecycle/hooks.ts', { args: ['hangs'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  const { hooks, events } = child.report()
  assert.deepEqual(
    hooks.map(({ outcome }) => outcome),
    ['timedOut', 'skipped'],
  )
  assert.equal(events.at(-1)!.event, 'hooksTimedOut')
  assert.doesNotMatch(child.stdout, /hook ran/)
})

test('what is still open does not prevent the exit', async (t) => {
  const child = startChild(t, 'lifecycle/open-handles.ts')
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

test('listeners that throw or reject do not end the process before its work is done', async (t) => {
  const child = startChild(t, 'lifecycle/throwing-listeners.ts')
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(child.stdout, /hook ran/)
})

test('a lifecycle without server and probe server does not keep the process alive', async (t) => {
  const child = startChild(t, 'lifecycle/idle.ts')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

test('shutdown() in code leaves the process to its own end, with the exit code of what failed', async (t) => {
  const cases = [
    [['signal'], 0, /handlers\nstill here\n$/],
    [['signal', 'fails'], 1, /stopped, 0 handlers\nstill here\n$/],
    [['never', 'fails'], 1, /stopped, 0 handlers\nstill here\n$/],
    [['any'], 0, /handlers\n$/],
    [['any', 'fails'], 1, /handlers\n$/],
  ] as const
  const ended = cases.map(async ([args, code, after]) => {
    const child = startChild(t, 'lifecycle/in-code.ts', { args })
    assert.deepEqual(await child.exit(), { code, signal: null }, args.join(' '))
    assert.match(child.stdout, after)
  })
  await Promise.all(ended)
})

test("exitAfter 'never' survives the signal, and the next one has its own action again", async (t) => {
  const child = startChild(t, 'lifecycle/no-exit.ts')
  await child.line(/^ready/)
  child.kill('SIGTERM')
  await child.line(/^stopped/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: null, signal: 'SIGTERM' })
})
