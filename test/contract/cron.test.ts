import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
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
