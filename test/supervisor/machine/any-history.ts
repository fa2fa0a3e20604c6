import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Settings } from '../../../src/supervisor/machine/state.ts'
import { settings } from './play.ts'
import { accepts, type Process } from './process.ts'
import { World } from './world.ts'

/** Settings that a property is to hold for. */
export const anySettings: fc.Arbitrary<Settings> = fc
  .record({ standby: fc.boolean(), preStart: fc.boolean(), crashLimit: fc.nat(6) })
  .map((some) => ({ ...settings, ...some }))

/** The element that a number stands for; undefined for an empty list. */
export const pickOf = <T>(list: readonly T[], pick: number): T | undefined => list[pick % list.length]

/** Lets something happen to one of the processes that it can happen to. */
function toSomeone(
  world: World,
  pick: number,
  suits: (process: Process) => boolean,
  happens: (generation: number) => void,
): void {
  const process = pickOf(world.living.filter(suits), pick)
  if (process) happens(process.id)
}

/** Everything that can happen; `pick` says to whom. */
const things = {
  well: (world) => void goWell(world),
  ready: (world, pick) =>
    toSomeone(
      world,
      pick,
      ({ ready }) => !ready,
      (generation) => world.dispatch({ type: 'becameReady', generation }),
    ),
  unready: (world, pick) =>
    toSomeone(
      world,
      pick,
      ({ ready }) => ready,
      (generation) => world.dispatch({ type: 'becameUnready', generation, reason: 'no database' }),
    ),
  // Also the answer to `resume`.
  accepted: (world, pick) =>
    toSomeone(world, pick, accepts, (generation) => world.dispatch({ type: 'accepted', generation })),
  exit: (world, pick) =>
    toSomeone(
      world,
      pick,
      () => true,
      (generation) => world.exit(generation, pick % 3),
    ),
  leaves: (world, pick) =>
    toSomeone(
      world,
      pick,
      ({ left }) => !left,
      (generation) => world.dispatch({ type: 'left', generation, reason: 'too much memory' }),
    ),
  timer: (world, pick) => {
    const timer = pickOf([...world.timers.values()], pick)
    if (timer) world.elapse(timer)
  },
  // A timer that was stopped when its event was on the way.
  late: (world, pick) => {
    const generation = (pick % (world.spawned + 1)) + 1
    const name = pickOf(['ready', 'hammer', 'kill'] as const, pick) ?? 'kill'
    world.elapse(pick % 4 === 0 ? { name: 'backOff' } : { name, generation })
  },
  preStart: (world, pick) => {
    if (world.preStarts === 0) return
    world.dispatch({ type: 'preStartFinished', problem: pick % 3 === 0 ? 'no' : null })
  },
  restart: (world) => world.restart(),
  hammer: (world) => world.dispatch({ type: 'hammerRequested' }),
  stop: (world) => world.stop(),
} satisfies Readonly<Record<string, (world: World, pick: number) => void>>

interface Choice {
  readonly thing: keyof typeof things
  readonly pick: number
}

const choose = (thing: fc.Arbitrary<keyof typeof things>): fc.Arbitrary<Choice> =>
  fc.record({ thing, pick: fc.nat(1_000) })
const usual = fc.oneof(
  // Mostly a world in order: another one hardly gets beyond the start.
  { weight: 8, arbitrary: fc.constant('well' as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'ready',
      'unready',
      'accepted',
      'exit',
      'leaves',
      'timer',
      'late',
      'preStart',
      'hammer',
    ),
  },
  { weight: 2, arbitrary: fc.constant('restart' as const) },
)
/** Mostly a world in order, with accidents; nobody stops the supervisor. */
export const history = fc.array(choose(usual), { maxLength: 60, size: 'max' })
/** The same with a few stops. */
export const historyWithStops = fc.array(
  choose(fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: fc.constant('stop' as const) })),
  { maxLength: 60, size: 'max' },
)

/** Runs a property, with the history of the world in the message of a failure. */
export function check(
  choices: fc.Arbitrary<readonly Choice[]>,
  property: (world: World) => void,
  numRuns: number,
): void {
  fc.assert(
    fc.property(choices, anySettings, (chosen, some) => {
      const world = new World(some)
      try {
        world.dispatch({ type: 'started' })
        for (const one of chosen) things[one.thing](world, one.pick)
        property(world)
      } catch (error) {
        throw new Error(`${String(error)}\n${world.log.join('\n')}`, { cause: error })
      }
    }),
    { numRuns },
  )
}

/** The next thing that happens where every program is in order; false when nothing is left to wait for. */
export function goWell(world: World): boolean {
  const ending = world.living.find((process) => process.ending)
  const told = world.living.find((process) => accepts(process) && !process.listens)
  const starting = world.living.find((process) => !process.ready && !process.told)
  const timer = [...world.timers.values()].find(({ name }) => name === 'soak' || name === 'backOff')
  if (ending) world.exit(ending.id, 0)
  else if (told) world.dispatch({ type: 'accepted', generation: told.id })
  else if (starting) world.dispatch({ type: 'becameReady', generation: starting.id })
  else if (world.preStarts > 0) world.dispatch({ type: 'preStartFinished', problem: null })
  else if (timer) world.elapse(timer)
  else return false
  return true
}

/** Lets everything go well until nothing is left to wait for. */
export function settleDown(world: World): void {
  let steps = 0
  while (goWell(world)) assert.ok(++steps < 200, 'it never settles down')
}
