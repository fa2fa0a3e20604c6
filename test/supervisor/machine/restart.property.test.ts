import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anySettings, check, goWell, history, settleDown } from './any-history.ts'
import { World } from './world.ts'

test('after any history a world in order comes back to one serving generation, and every request is answered', () => {
  check(
    history,
    (world) => {
      settleDown(world)
      const { name, current, settings: some } = world.state
      assert.deepEqual([...world.open], [])
      if (name === 'stopped') return
      assert.equal(name, 'serving')
      assert.deepEqual(
        world.serving.map(({ id }) => id),
        [current],
      )
      assert.equal(world.living.length, some.standby ? 2 : 1)
    },
    2_000,
  )
})

test('after any history a restart is possible again, and replaces the current generation', () => {
  check(
    history,
    (world) => {
      settleDown(world)
      if (world.state.name === 'stopped') return
      const { current, restarts } = world.state
      world.restart()
      settleDown(world)
      assert.equal(world.state.restarts.completed, restarts.completed + 1)
      assert.ok((world.state.current ?? 0) > (current ?? 0))
    },
    1_000,
  )
})

test('after any history a storm of restarts ends in at most two, and does not pile up processes', () => {
  check(
    history,
    (world) => {
      settleDown(world)
      if (world.state.name === 'stopped') return
      const { completed } = world.state.restarts
      for (let count = 0; count < 100; count++) world.restart()
      settleDown(world)
      assert.ok(world.state.restarts.completed <= completed + 2)
      assert.equal(world.open.size, 0)
    },
    500,
  )
})

test('a restart at every step: the number of processes is bounded while exits arrive', () => {
  fc.assert(
    fc.property(anySettings, fc.array(fc.boolean(), { maxLength: 200, size: 'max' }), (some, asks) => {
      const world = new World(some)
      world.dispatch({ type: 'started' })
      for (const ask of asks) {
        if (ask) world.restart()
        else goWell(world)
        // The old one, the new one, and a standby or candidate that is on its way out.
        assert.ok(world.living.length <= 4, `${world.living.length}\n${world.log.join('\n')}`)
      }
    }),
    { numRuns: 500 },
  )
})
