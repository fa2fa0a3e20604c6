import assert from 'node:assert/strict'
import { suite, type TestContext } from 'node:test'
import { PgBoss } from 'pg-boss'
import { eventually } from '../helpers/eventually.ts'
import { testWith } from '../helpers/needs.ts'
import { startPostgres } from '../helpers/services.ts'
import { type ProgramDeclaration, startProgram } from './program.ts'

const worker: ProgramDeclaration = { name: 'pg-boss', guide: 'docs/guides/pg-boss.md', program: 'worker.ts' }

interface Ground {
  readonly env: Readonly<Record<string, string>>
  readonly send: (gate: string) => Promise<string>
  readonly stateOf: (id: string) => Promise<string | undefined>
}

async function prepare(t: TestContext): Promise<Ground> {
  const { url, onEnd } = await startPostgres(t)
  const boss = new PgBoss(url)
  await boss.start()
  onEnd(() => boss.stop({ graceful: false }))
  await boss.createQueue('emails')
  return {
    env: { DATABASE_URL: url },
    send: async (gate) => (await boss.send('emails', { gate }))!,
    stateOf: async (id) => (await boss.findJobs('emails', { id }))[0]?.state,
  }
}

suite('the worker of the pg-boss guide', { concurrency: 2 }, () => {
  const testQueue = testWith('postgres')

  testQueue('takes no job after the signal, finishes the one in hand, and exits with 0', async (t) => {
    const { env, send, stateOf } = await prepare(t)
    const pod = await startProgram(t, worker, { env })
    const inHand = await send('first')
    await pod.at('first')
    const waiting = await send('second')
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
    const { env, send, stateOf } = await prepare(t)
    const pod = await startProgram(t, worker, { env: { ...env, LASTCALL_DRAIN_TIMEOUT: '4s' } })
    const job = await send('never')
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
    const { env } = await prepare(t)
    const pod = await startProgram(t, { ...worker, asShown: true }, { env })
    pod.signal()
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.equal(pod.report().clean, true)
  })
})
