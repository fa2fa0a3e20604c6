import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  byServedKind,
  inFlightKinds,
  noneInFlight,
  servedKinds,
  totalInFlight,
} from '../../src/core/in-flight.ts'

test('servers have every kind but holds', () => {
  assert.deepEqual(inFlightKinds, [...servedKinds, 'work'])
  assert.deepEqual(Object.keys(noneInFlight), servedKinds)
  assert.equal(totalInFlight(noneInFlight), 0)
})

test('byServedKind() asks once for each kind, in their order, and totalInFlight() adds them up', () => {
  const asked: string[] = []
  const counts = byServedKind((kind) => asked.push(kind))
  assert.deepEqual(asked, servedKinds)
  assert.deepEqual(counts, { request: 1, stream: 2, upgrade: 3 })
  assert.deepEqual(Object.keys(counts), servedKinds)
  assert.equal(totalInFlight(counts), 6)
})
