import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { testWith } from '../helpers/needs.ts'
import { startPgBoss } from './pg-boss-queue.ts'
import { endsCleanlyAsShown, type ProgramDeclaration, startProgram } from './program.ts'

const worker: ProgramDeclaration = { name: 'pg-boss', guide: 'docs/guides/pg-boss.md', program: 'worker.ts' }

suite('the worker of the pg-boss guide', { concurrency: 2 }, () => {
  const testQueue = testWith('postgres')

  testQueue('takes no job after the signal, finishes the one in hand, and exits with 0', async (t) => {
    const { env, add, stateOf } = await startPgBoss(t)
    const pod = await startProgram(t, worker, { env })
    const inHand = await add('first')
    await pod.at('first')
    const waiting = await add('second')
    pod.signal()
    await pod.reached('draining')
    pod.open('first')
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.deepEqual([await stateOf(inHand), await stateOf(waiting)], ['completed', 'created'])
    assert.deepEqual(
      pod.report().workers?.map(({ name, outcome }) => `${name} ${outcome}`),
      ['emails finished'],
    )
  })

  testQueue('gives back what it cannot finish, for another worker to take at once', async (t) => {
    const { env, add, stateOf } = await startPgBoss(t)
    const pod = await startProgram(t, worker, { env: { ...env, LASTCALL_DRAIN_TIMEOUT: '4s' } })
    const job = await add('never')
    await pod.at('never')
    pod.signal()
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.equal(await stateOf(job), 'retry')

    const next = await startProgram(t, worker, { env })
    await next.at('never')
    next.open('never')
    await eventually('the job is done', async () => (await stateOf(job)) === 'completed')
  })

  testQueue('runs beside the files that the page shows', async (t) => {
    const { env } = await startPgBoss(t)
    await endsCleanlyAsShown(t, worker, env)
  })
})
