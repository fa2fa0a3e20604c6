import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEndpoints } from '../../../../src/rollout/drivers/local/endpoints.ts'

const target = (name: string): { name: string; host: string; port: number } => ({
  name,
  host: '127.0.0.1',
  port: 1,
})

test('createEndpoints shows additions and removals only after the lag', () => {
  let nowMs = 0
  const endpoints = createEndpoints(1_000, { nowMs: () => nowMs, random: () => 0 })
  endpoints.add(target('a'), 'at-once')
  assert.equal(endpoints.pick()?.name, 'a')
  endpoints.remove('a')
  endpoints.add(target('b'))
  nowMs = 999
  assert.equal(endpoints.pick()?.name, 'a')
  nowMs = 1_000
  assert.equal(endpoints.pick()?.name, 'b')
})

test('createEndpoints picks nobody when nobody is ready', () => {
  const endpoints = createEndpoints(0)
  assert.equal(endpoints.pick(), undefined)
  endpoints.add(target('a'))
  endpoints.remove('a')
  assert.equal(endpoints.pick(), undefined)
})

test('createEndpoints shows a pod again that became ready again', () => {
  let nowMs = 0
  const endpoints = createEndpoints(10, { nowMs: () => nowMs, random: () => 0 })
  endpoints.add(target('a'), 'at-once')
  endpoints.remove('a')
  nowMs = 50
  assert.equal(endpoints.pick(), undefined)
  endpoints.add(target('a'))
  nowMs = 60
  assert.equal(endpoints.pick()?.name, 'a')
})

test('createEndpoints picks every endpoint alike', () => {
  let draw = 0
  const endpoints = createEndpoints(0, { nowMs: () => 0, random: () => draw })
  for (const name of ['a', 'b', 'c']) endpoints.add(target(name))
  const picked = [0, 0.4, 0.99].map((value) => {
    draw = value
    return endpoints.pick()?.name
  })
  assert.deepEqual(picked, ['a', 'b', 'c'])
})
