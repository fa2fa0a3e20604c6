import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGrid } from '../../src/load/grid.ts'

test('createGrid plans one slot an interval, whatever the time of the call', () => {
  const grid = createGrid(100, 10)
  assert.deepEqual(
    [grid.next(100), grid.next(100), grid.next(135)],
    [
      { dueMs: 100, skipped: 0 },
      { dueMs: 110, skipped: 0 },
      { dueMs: 120, skipped: 0 },
    ],
  )
})

test('createGrid counts the slots that are left when it was late at its end', () => {
  const grid = createGrid(0, 10)
  grid.next(0)
  assert.deepEqual([grid.left(5), grid.left(110), grid.left(121)], [0, 0, 12])
})

test('createGrid jumps to the present and counts what it leaves out when it is more than a second late', () => {
  const grid = createGrid(0, 100)
  grid.next(0)
  assert.deepEqual(grid.next(1_600), { dueMs: 1_600, skipped: 15 })
  assert.deepEqual(grid.next(1_600), { dueMs: 1_700, skipped: 0 })
})
