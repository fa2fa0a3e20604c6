import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TcpTables, Unsent } from '../../../src/node/drain/unsent.ts'
import { turns, within } from '../../helpers/eventually.ts'
import { manualClock } from '../../helpers/manual-clock.ts'

const orphan = (remote: string): string =>
  `   1: 00000000:0050 ${remote}:0001 04 00000010:00000000 04:00000021 00000000     0        0 0 2\n`

test('acknowledged() waits for what was there at its first look, and for nothing that comes later', async () => {
  const looks = [orphan('0A') + orphan('0B'), orphan('0B') + orphan('0C'), orphan('0C') + orphan('0D')]
  let count = 0
  const tables: TcpTables = { read: () => Promise.resolve([looks[count++] ?? '']), readNow: () => [] }
  await within(5_000, 'the wait', new Unsent(new Set([80]), tables).acknowledged())
  assert.equal(count, 3)
})

test('acknowledged() ends at once where there are no tables, and without a port', async () => {
  const none: TcpTables = { read: () => Promise.resolve(['', '']), readNow: () => [] }
  await within(1_000, 'the wait', new Unsent(new Set([80]), none).acknowledged())
  const some: TcpTables = { read: () => Promise.resolve([orphan('0A')]), readNow: () => [orphan('0A')] }
  const portless = new Unsent(new Set(), some)
  await within(1_000, 'the wait', portless.acknowledged())
})

test('acknowledged() looks soon at first, then less often, and at least four times a second', async (t) => {
  const clock = manualClock(t)
  let looks = 0
  const tables: TcpTables = {
    read: async () => (looks++, [orphan('0A')]),
    readNow: () => [],
  }
  const unsent = new Unsent(new Set([80]), tables)
  const over = unsent.acknowledged()
  await turns(2)
  for (const [nth, ms] of [50, 75, 113, 169, 250, 250, 250].entries()) {
    clock.tick(ms - 2)
    await turns(2)
    assert.equal(looks, nth + 1)
    clock.tick(2)
    await turns(2)
    assert.equal(looks, nth + 2)
  }
  unsent.release()
  await over
})

for (const end of ['giveUp', 'release'] as const) {
  test(`${end}() ends the wait of acknowledged() between two looks, and leaves no timer behind`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let looks = 0
    const tables: TcpTables = {
      read: async () => (looks++, [orphan('0A')]),
      readNow: () => [orphan('0A')],
    }
    const unsent = new Unsent(new Set([80]), tables)
    const over = unsent.acknowledged()
    await turns(2)
    assert.equal(looks, 1)
    unsent[end]()
    // Its own timer does not end the wait: nobody turns the clock.
    await over
    assert.equal(looks, 1)
    assert.deepEqual(unsent.giveUp(), [])
  })
}
