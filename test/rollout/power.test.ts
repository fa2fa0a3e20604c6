import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smallestHoleMs, wantedRate } from '../../src/rollout/power.ts'

test('smallestHoleMs is the hole that is missed with a probability of 1 %', () => {
  const rate = 200
  const endpoints = 4
  const missed = Math.exp((-rate * (smallestHoleMs(rate, endpoints) / 1_000)) / endpoints)
  assert.ok(Math.abs(missed - 0.01) < 0.001)
})

test('wantedRate is the rate at which that hole is 100 ms', () => {
  assert.equal(Math.round(smallestHoleMs(wantedRate(4), 4)), 100)
})
