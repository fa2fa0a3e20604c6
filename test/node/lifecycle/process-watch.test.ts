import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Report } from '../../../src/core/report.ts'
import { startChild } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

const portOf = (line: string): number => Number(line.split(' ')[1])

for (const [args, kind] of [
  [['error'], 'uncaughtException'],
  [['error', 'uncaughtException'], 'uncaughtException'],
  [['rejection'], 'unhandledRejection'],
  [['rejection', 'unhandledRejection'], 'unhandledRejection'],
  [['rejection', 'uncaughtException'], 'unhandledRejection'],
] as const) {
  const handlers = args.length > 1 ? `beside the application's ${args[1]} handler` : 'without a handler'
  test(`an ${kind} ${handlers} does not end the drain, and is in the report (trap 36)`, async (t) => {
    const child = startChild(t, 'lifecycle/uncaught.ts', { args })
    const answer = httpGet(portOf(await child.line(/^ready/)), '/')
    await child.line(/^request/)
    child.kill('SIGTERM')
    assert.equal((await answer).body, 'the whole answer')
    assert.deepEqual(await child.exit(), { code: 1, signal: null })
    assert.match(child.stdout, /hook ran/)
    assert.equal((child.stdout.match(/application handler/g) ?? []).length, args.length - 1)
    const { exitCode, clean, uncaughtErrors, forcedCloses, events } = child.report()
    assert.deepEqual([exitCode, clean, forcedCloses.total], [1, false, 0])
    assert.equal(events.filter(({ event }) => event === 'shutdownInitiated').length, 1)
    assert.equal(uncaughtErrors?.length, 1)
    assert.deepEqual([uncaughtErrors[0]!.kind, uncaughtErrors[0]!.error], [kind, 'nobody listens'])
    const line = child.stderr.split('\n').find((text) => text.includes('uncaught error'))
    assert.match((JSON.parse(line ?? '') as { stack: string }).stack, / at (Immediate\.)?goWrong /)
  })
}

test('a thrown undefined is an uncaught error like any other', async (t) => {
  const child = startChild(t, 'lifecycle/uncaught.ts', { args: ['value'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.equal((await child.exit()).code, 1)
  assert.equal(child.report().uncaughtErrors?.[0]?.error, 'undefined')
})

test('before a shutdown an uncaught error ends the process as ever', async (t) => {
  const child = startChild(t, 'lifecycle/uncaught.ts', { args: ['before'] })
  assert.equal((await child.exit()).code, 1)
  assert.match(child.stderr, /Error: nobody\nlistens\n {4}at /)
  assert.doesNotMatch(child.stderr, /shutdownInitiated|uncaught error/)
})

test("an application's handler that exits ends the shutdown, and the report says who it was", async (t) => {
  const child = startChild(t, 'lifecycle/uncaught.ts', { args: ['error', 'exits'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.equal((await child.exit()).code, 70)
  const { earlyExit, uncaughtErrors, exitCode } = child.report()
  assert.equal(exitCode, 70)
  assert.equal(uncaughtErrors?.length, 1)
  assert.match(earlyExit?.stack ?? '', /^ +at process\.applicationHandler /)
})

for (const [code, inFlight, wanted] of [
  [0, 0, 0],
  [0, 1, 1],
  [3, 1, 3],
] as const) {
  test(`process.exit(${code}) of others with ${inFlight} in flight exits with ${wanted}, told with its stack`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'termination-log')
    writeFileSync(path, '')
    const child = startChild(t, 'lifecycle/early-exit.ts', {
      args: [String(code)],
      env: { LASTCALL_TERMINATION_LOG: path, LASTCALL_SHUTDOWN_DELAY: '50ms' },
    })
    const port = portOf(await child.line(/^ready/))
    const answers = Array.from({ length: inFlight }, () => httpGet(port, '/').catch(() => 'lost'))
    if (inFlight > 0) await child.line(/^request/)
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: wanted, signal: null })
    assert.deepEqual(await Promise.all(answers), Array<string>(inFlight).fill('lost'))
    const report = child.report()
    assert.deepEqual([report.exitCode, report.clean, report.earlyExit?.inFlight], [wanted, false, inFlight])
    assert.match(report.earlyExit?.stack ?? '', /^ +at (Immediate\.)?impatientHandler /)
    assert.equal(child.stderr.match(/other code ends the process/g)?.length, 1)
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), report)
  })
}

test("process.exit is Node's own before and after a shutdown, and an exit then is nobody's business", async (t) => {
  const child = startChild(t, 'lifecycle/early-exit.ts', { args: ['5', 'survive'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.equal((await child.exit()).code, 5)
  assert.match(child.stdout, /^native true\nready \d+\nwrapped true\nnative true, 0 listeners\n$/)
  assert.equal(child.report().clean, true)
  assert.doesNotMatch(child.stderr, /other code ends the process/)
})

test('the process is watched from the first event of the shutdown to its end, however often it is asked for', async (t) => {
  const { lifecycle, host } = makeLifecycle(t)
  await lifecycle.start()
  const watchers = (): readonly number[] => [host.process.uncaught.size, host.process.foreignExits.size]
  assert.deepEqual(watchers(), [0, 0])
  const reports = [lifecycle.shutdown(), lifecycle.shutdown()]
  assert.deepEqual(watchers(), [1, 1])
  for (const listener of host.process.uncaught) listener(new Error('late'), 'uncaughtException')
  host.clock.advance(0)
  const [report] = (await Promise.all(reports)) as [Report, Report]
  assert.deepEqual(watchers(), [0, 0])
  assert.deepEqual([report.exitCode, host.process.suggested], [1, [1]])
})
