import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { ReadinessWatch } from '../../../src/node/lifecycle/readiness-watch.ts'
import { turns } from '../../helpers/eventually.ts'

test('it looks every 100 ms until it is ready, then every 500 ms, and not after its end', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  let problem: string | null = 'a'
  let looks = 0
  const told: unknown[] = []
  const watch = new ReadinessWatch(
    async () => {
      looks++
      return problem
    },
    (news) => told.push(news),
  )
  const pass = async (ms: number): Promise<void> => {
    mock.timers.tick(ms)
    await turns(1)
  }
  watch.look()
  await turns(1)
  await pass(99)
  assert.equal(looks, 1)
  await pass(1)
  assert.equal(looks, 2)
  problem = null
  await pass(100)
  await pass(499)
  assert.equal(looks, 3)
  await pass(1)
  assert.equal(looks, 4)
  watch.end()
  await pass(10_000)
  watch.look()
  await turns(1)
  assert.equal(looks, 4)
  assert.deepEqual(told, ['a', 'a', null, null])
})

test('a change during a look makes it look again, and only the last result is told', async (t) => {
  const results = [Promise.withResolvers<string | null>(), Promise.withResolvers<string | null>()]
  let looks = 0
  const told: unknown[] = []
  const watch = new ReadinessWatch(
    () => results[looks++]!.promise,
    (news) => told.push(news),
  )
  t.after(() => watch.end())
  watch.look()
  watch.look()
  watch.look()
  results[0]!.resolve('old')
  await turns(1)
  assert.deepEqual([looks, told], [2, []])
  results[1]!.resolve(null)
  await turns(1)
  assert.deepEqual([looks, told], [2, [null]])
})
