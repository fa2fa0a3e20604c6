import assert from 'node:assert/strict'
import type { Timer } from '../../../src/supervisor/machine/effect.ts'
import type { State } from '../../../src/supervisor/machine/state.ts'
import { accepts, type Process, serves } from './process.ts'

/** What is looked at: a machine, and the world that it made. */
interface Observed {
  readonly state: State
  readonly living: readonly Process[]
  readonly timers: ReadonlyMap<string, Timer>
  readonly open: ReadonlySet<number>
  readonly finished: boolean
}

/** What holds after every event. */
export function checkRules(world: Observed): void {
  const { state } = world
  checkRoles(world)
  for (const process of world.living) checkTimers(world, process)
  const unanswered = [state.request, state.queued].flatMap((request) => (request ? [request.id] : []))
  assert.deepEqual(world.open, new Set(unanswered))
  const handOver = state.name === 'replacing' ? 2 : 1
  assert.ok(world.living.filter(accepts).length <= handOver, 'too many accept')
  assert.equal(world.timers.has('backOff') || state.name !== 'waiting', true)
  assert.equal(world.timers.has('soak') || state.name !== 'soaking', true)
  if (!['serving', 'waiting'].includes(state.name)) assert.ok(!world.timers.has('backOff'))
  if (!['serving', 'soaking'].includes(state.name)) assert.ok(!world.timers.has('soak'))
  assert.equal(world.finished, state.name === 'stopped')
  if (world.finished) assert.deepEqual([...world.timers.keys()], [])
}

function checkRoles(world: Observed): void {
  const { state } = world
  const serving = world.living.filter(serves)
  const find = (id: number): Process | undefined => world.living.find((process) => process.id === id)
  assert.deepEqual(
    state.generations.map(({ id }) => id),
    world.living.map(({ id }) => id),
  )
  const { current, next, previous, standby } = state
  const roles = [current, next, previous, standby].filter((id) => id !== null)
  assert.equal(new Set(roles).size, roles.length)
  for (const id of roles) assert.ok(find(id), `${id} has a role, and has exited`)
  for (const id of [current, standby]) assert.ok(id === null || !find(id)?.ending)
  assert.deepEqual(
    serving.filter(({ id }) => id !== current),
    [],
  )
  if (current !== null) assert.ok(serving.length === 1, 'the current one does not serve')
  assert.equal(current !== null, ['serving', 'soaking'].includes(state.name) || serving.length > 0)
  const hasCandidate = ['starting', 'replacing'].includes(state.name) && state.nextId > 1
  assert.equal(next !== null, hasCandidate)
  if (state.request === null) assert.ok(!['checking', 'replacing', 'soaking'].includes(state.name))
}

/** Nothing is waited for without a limit. */
function checkTimers({ timers }: Observed, { id, wasReady, told, listens, ending, killed }: Process): void {
  const has = (name: string): boolean => timers.has(`${name} ${id}`)
  assert.equal(has('ready'), !ending && (told ? !listens : !wasReady), `the ready timer of ${id}`)
  assert.equal(has('hammer') || has('kill'), ending && !killed, `the hammer of ${id}`)
}
