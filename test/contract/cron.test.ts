import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { type ProgramDeclaration, startProgram } from './program.ts'

const worker: ProgramDeclaration = { name: 'cron', guide: 'docs/guides/cron.md', program: 'worker.ts' }

suite('the scheduler of the guide', { concurrency: 2 }, () => {
  test('finishes the run that has begun, and exits with 0', async (t) => {
    const pod = await startProgram(t, worker)
    await pod.at('digest')
    pod.signal()
    await pod.reached('draining')
    pod.open('digest')
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.match(pod.child.stdout, /^sent$/m)
    assert.deepEqual(
      pod.report().workers?.map(({ name, outcome }) => `${name} ${outcome}`),
      ['digest finished'],
    )
  })

  test('tells a run that its time is nearly up, and exits with 1 when it gave up', async (t) => {
    const pod = await startProgram(t, worker, { env: { LASTCALL_DRAIN_TIMEOUT: '4s' } })
    await pod.at('digest')
    pod.signal()
    assert.deepEqual(await pod.exit(), { code: 1, signal: null })
    assert.doesNotMatch(pod.child.stdout, /^sent$/m)
    const { forcedCloses, workers } = pod.report()
    assert.equal(forcedCloses.total, 0)
    assert.deepEqual(workers?.map(({ name, outcome }) => `${name} ${outcome}`).sort(), [
      'digest failed',
      'digest finished',
    ])
  })
})

suite('the process that a CronJob starts', { concurrency: 2 }, () => {
  const run: ProgramDeclaration = { name: 'cron', guide: 'docs/guides/cron.md', program: 'run.ts' }
  const start = (t: TestContext, timeout: string) =>
    startProgram(t, run, { env: { LASTCALL_DRAIN_TIMEOUT: timeout }, waitUntilReady: false })

  test('exits with 0 when its run is done', async (t) => {
    const pod = await start(t, '15s')
    await pod.at('digest')
    pod.open('digest')
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.match(pod.child.stdout, /^sent$/m)
  })

  test('finishes its run after the signal, and exits with 0', async (t) => {
    const pod = await start(t, '15s')
    await pod.at('digest')
    pod.signal()
    await eventually('the shutdown begins', () => pod.child.stderr.includes('shutdownInitiated'))
    pod.open('digest')
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.match(pod.child.stdout, /^sent$/m)
  })

  test('exits with 1 when its run gave up', async (t) => {
    const pod = await start(t, '1s')
    await pod.at('digest')
    pod.signal()
    assert.deepEqual(await pod.exit(), { code: 1, signal: null })
    assert.doesNotMatch(pod.child.stdout, /^sent$/m)
  })
})
