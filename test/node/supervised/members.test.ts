import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GenerationFacts, NewsMessage } from '../../../src/core/supervision.ts'
import { type Member, Members } from '../../../src/node/supervised/members.ts'

const facts: GenerationFacts = {
  state: 'ready',
  inFlight: { request: 1, stream: 2, upgrade: 3, work: 4 },
  connections: 5,
  metrics: null,
}

function memberWith(changes: Partial<Member> = {}): Member {
  return { shutdownMs: 10, drain() {}, facts: async () => facts, runHooks: async () => {}, ...changes }
}

function makeMembers(): { readonly members: Members; readonly told: readonly NewsMessage[] } {
  const told: NewsMessage[] = []
  return { members: new Members((news) => told.push(news)), told }
}

test('one lifecycle: only changes are told', () => {
  const { members, told } = makeMembers()
  const one = {}
  members.join(one, memberWith())
  for (const problem of ['a', null, null, 'b', 'c', null]) members.note(one, problem)
  assert.deepEqual(told, [
    { lastcall: 'hello', shutdownMs: 10 },
    { lastcall: 'ready' },
    { lastcall: 'unready', reason: 'b' },
    { lastcall: 'ready' },
  ])
})

test('a generation leaves when no lifecycle goes on, and says so once', () => {
  const { members, told } = makeMembers()
  const [one, two, three] = [{}, {}, {}]
  for (const lifecycle of [one, two, three]) members.join(lifecycle, memberWith())
  for (const lifecycle of [one, two, three]) members.note(lifecycle, null)
  members.noteShutdown(one, 'a')
  members.noteShutdown(two, 'b')
  assert.deepEqual(told.slice(4), [{ lastcall: 'unready', reason: 'it shuts down: a' }])
  members.leave(three)
  members.leave(one)
  assert.deepEqual(told.slice(5), [{ lastcall: 'leaving', reason: 'a' }])
})

test('several lifecycles are ready when all are; one that joins later does not turn the others unready', () => {
  const { members, told } = makeMembers()
  const [one, two, three] = [{}, {}, {}]
  members.join(one, memberWith({ shutdownMs: 30 }))
  members.join(two, memberWith({ shutdownMs: 20 }))
  members.note(one, null)
  assert.deepEqual(told, [
    { lastcall: 'hello', shutdownMs: 30 },
    { lastcall: 'hello', shutdownMs: 30 },
  ])
  members.note(two, null)
  members.join(three, memberWith())
  assert.deepEqual(told.slice(2), [{ lastcall: 'ready' }, { lastcall: 'hello', shutdownMs: 30 }])
  members.note(three, 'c')
  members.leave(three)
  assert.deepEqual(told.slice(4), [{ lastcall: 'unready', reason: 'c' }, { lastcall: 'ready' }])
})

test('a lifecycle that leaves tells nothing any more, and the last one leaves nobody ready', () => {
  const { members, told } = makeMembers()
  const [one, two] = [{}, {}]
  members.join(one, memberWith())
  members.leave(one)
  members.note(one, null)
  assert.equal(members.isEmpty, true)
  assert.equal(told.length, 1)
  members.join(two, memberWith())
  members.note(two, null)
  assert.deepEqual(told.at(-1), { lastcall: 'ready' })
})

test('facts are sums, with the first metrics; without any lifecycle there are none', async () => {
  const { members } = makeMembers()
  assert.equal(await members.facts(), null)
  members.join({}, memberWith())
  members.join({}, memberWith({ facts: async () => ({ ...facts, state: 'unready', metrics: 'm 1\n' }) }))
  assert.deepEqual(await members.facts(), {
    state: 'ready',
    inFlight: { request: 2, stream: 4, upgrade: 6, work: 8 },
    connections: 10,
    metrics: 'm 1\n',
  })
})

test('orders go to every lifecycle', async () => {
  const { members } = makeMembers()
  const orders: unknown[] = []
  for (const name of ['one', 'two']) {
    const drain = (...order: readonly unknown[]): void => void orders.push([name, ...order])
    const runHooks = async (...order: readonly unknown[]): Promise<void> => drain(...order)
    members.join({}, memberWith({ drain, runHooks }))
  }
  members.drain('replaced', 7)
  await members.runHooks('SIGHUP', 'before')
  assert.deepEqual(orders, [
    ['one', 'replaced', 7],
    ['two', 'replaced', 7],
    ['one', 'SIGHUP', 'before'],
    ['two', 'SIGHUP', 'before'],
  ])
})
