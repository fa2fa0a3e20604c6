import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, history, pickOf } from './any-history.ts'

test('after any history a stop is over when all exits have arrived, in any order', () => {
  check(
    history,
    (world) => {
      world.stop()
      while (world.living.length > 0) {
        const leaving = pickOf(world.living, world.log.length)
        if (leaving) world.exit(leaving.id, 0)
      }
      assert.equal(world.state.name, 'stopped')
      assert.deepEqual([...world.open], [])
    },
    1_000,
  )
})

test('after any history a stop ends although nothing answers: the timers alone lead to SIGKILL for everyone', () => {
  check(
    history,
    (world) => {
      world.stop()
      for (let timer = [...world.timers.values()][0]; timer; timer = [...world.timers.values()][0]) {
        world.elapse(timer)
      }
      assert.ok(world.living.every(({ killed }) => killed))
      for (const { id } of world.living) world.exit(id)
      assert.equal(world.state.name, 'stopped')
    },
    1_000,
  )
})
