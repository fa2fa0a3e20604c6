import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpGet } from '../../helpers/http-get.ts'
import { logged, portOf, runApp } from './setup.ts'

/** What the program did, and how its handlers are in the report. */
async function shutDown(t: test.TestContext, args: readonly string[], env: Record<string, string> = {}) {
  const child = runApp(t, 'apps/handlers.mjs', { args, env })
  const port = await portOf(child)
  const slow = httpGet(port, '/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  assert.equal((await slow).status, 200)
  const { code, signal } = await child.exit()
  assert.equal(signal, null)
  const report = child.report()
  assert.equal(report.events[0]!.inFlight, 1)
  assert.equal(report.exitCode, code)
  return { code, report, hook: report.hooks[0]!, said: child.stdout.split('\n').slice(0, -1) }
}

test("Express' snippet: the handler runs after the last response, and its server.close() calls back without an error", async (t) => {
  const child = runApp(t, 'apps/close-snippet.cjs')
  const port = await portOf(child)
  const slow = httpGet(port, '/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  assert.equal((await slow).body, 'ok\n')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.deepEqual(child.stdout.split('\n').slice(1, -1), [
    'slow',
    'finished /slow',
    `SIGTERM signal received: closing HTTP server on ${port}`,
    'HTTP server closed: undefined',
  ])
  assert.equal(child.report().clean, true)
})

test('a process.exit() in a handler is held back until the last response, and its code counts', async (t) => {
  const { code, said, hook } = await shutDown(t, ['exits', '3'])
  assert.equal(code, 3)
  assert.deepEqual(said.slice(1), ['slow', 'finished /slow', 'handled exits'])
  assert.deepEqual([hook.outcome, hook.error], ['failed', 'the application exited with 3'])
})

for (const [behaviour, code] of [
  ['exitsTwice', 4],
  ['importedExit', 5],
  ['reallyExits', 6],
  ['exitCode', 7],
] as const) {
  test(`the code of ${behaviour} counts`, async (t) => {
    assert.equal((await shutDown(t, [behaviour])).code, code)
  })
}

test('handlers have their order, arguments, this and once, and see each other only', async (t) => {
  const { code, said } = await shutDown(t, ['once'])
  assert.equal(code, 0)
  assert.deepEqual(
    said.filter((line) => !/^(slow|finished|listening)/.test(line)),
    ['3 false', 'handled prepended 3 true', 'handled first SIGTERM 15 2'],
  )
})

test('a handler that sends the signal once more has done, and the exit code is 0', async (t) => {
  const { code, said, report } = await shutDown(t, ['rekill'])
  assert.deepEqual([code, said.at(-1), report.clean], [0, 'handled rekill', true])
})

test('a handler that exits with 128 + the number of its signal says the same', async (t) => {
  const { code, report } = await shutDown(t, ['exits', '143'])
  assert.deepEqual([code, report.clean], [0, true])
})

test('a handler that lets the event loop run empty has done as well', async (t) => {
  const { code, said, hook } = await shutDown(t, ['endsByItself'])
  assert.deepEqual([code, said.at(-1), hook.outcome], [0, 'handled ends', 'finished'])
  assert.ok(hook.ms >= 190 && hook.ms < 4_000)
})

test('a handler that never ends is ended by the hooks timeout', async (t) => {
  const { code, said, hook } = await shutDown(t, ['hangs'], { LASTCALL_HOOKS_TIMEOUT: '300ms' })
  assert.deepEqual([code, said.at(-1), hook.outcome], [1, 'handled hangs', 'timedOut'])
})

for (const [behaviour, error] of [
  ['throws', 'the handler threw'],
  ['rejects', 'the handler rejected'],
] as const) {
  test(`a handler that ${behaviour} fails the shutdown, with its error in the report`, async (t) => {
    const { code, hook } = await shutDown(t, [behaviour])
    assert.deepEqual([code, hook.outcome, hook.error], [1, 'failed', error])
  })
}

test('a second close() of one server gets the error that it would have got', async (t) => {
  assert.deepEqual((await shutDown(t, ['closesTwice'])).said.at(-1), 'handled  ERR_SERVER_NOT_RUNNING')
})

test('a close() that was kept from before the shutdown calls back without an error', async (t) => {
  assert.equal((await shutDown(t, ['keptClose'])).said.at(-1), 'handled ')
})

test('handlers that were removed are not called, and the signal is still heard', async (t) => {
  const child = runApp(t, 'apps/handlers.mjs', { args: ['removed'] })
  await portOf(child)
  await child.line(/^removed$/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.doesNotMatch(child.stdout, /handled/)
})

test('process.exit() while serving is what it always was', async (t) => {
  const child = runApp(t, 'apps/handlers.mjs', { args: ['exitsWhileServing'] })
  const port = await portOf(child)
  await assert.rejects(httpGet(port, '/'), { code: 'ECONNRESET' })
  assert.deepEqual(await child.exit(), { code: 9, signal: null })
  assert.doesNotMatch(child.stderr, /shutdownInitiated|in the middle/)
})

test('an exit in the middle of the shutdown that no handler asked for is not held back, and is in the report', async (t) => {
  const child = runApp(t, 'apps/handlers.mjs', {
    args: ['exitsInTheDelay'],
    env: { LASTCALL_SHUTDOWN_DELAY: '30s' },
  })
  await logged(child, 'startupCompleted')
  child.kill('SIGTERM')
  await logged(child, 'shutdownInitiated')
  child.kill('SIGUSR2')
  assert.deepEqual(await child.exit(), { code: 8, signal: null })
  const { clean, exitCode, earlyExit } = child.report()
  assert.deepEqual([clean, exitCode, earlyExit?.inFlight], [false, 8, 0])
})
