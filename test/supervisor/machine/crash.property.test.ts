import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anySettings, goWell } from './any-history.ts'
import { World } from './world.ts'

test('a program that crashes whenever it can is not started in a hot loop: the limit ends it', () => {
  fc.assert(
    fc.property(anySettings, fc.array(fc.nat(2), { minLength: 100, maxLength: 100 }), (some, stages) => {
      const world = new World(some)
      world.dispatch({ type: 'started' })
      for (const stage of stages) {
        if (world.finished) break
        for (let step = 0; step < stage && !world.timers.has('soak'); step++) goWell(world)
        const crashing = world.living.find(({ id }) => id === (world.state.next ?? world.state.current))
        if (crashing) world.exit(crashing.id)
        else goWell(world)
      }
      assert.ok(world.finished)
      // One candidate for each crash, and a standby beside each that served.
      assert.ok(world.spawned <= 2 * (some.crashLimit + 2), `${world.spawned}\n${world.log.join('\n')}`)
    }),
    { numRuns: 1_000 },
  )
})
