import { noChanges } from '../../src/load/lane-changes.ts'
import type { LoadRecord } from '../../src/load/load-record.ts'
import type { Driver } from '../../src/rollout/driver.ts'
import { recordOf } from './records.ts'
import { makeSample } from './samples.ts'

const refused = { code: 'ECONNREFUSED', syscall: 'connect', message: 'refused', stage: 'connect' } as const

/**
 * A driver without pods, whose steps a test can replace; `calls` has the name of every step that was begun.
 */
export interface FakeDriver extends Driver {
  readonly calls: readonly string[]
}

/** Every step is over at once; `steps` replaces some. */
export function createFakeDriver(steps: Partial<Driver> = {}): FakeDriver {
  const calls: string[] = []
  let abandoned = false
  const samples = [makeSample({}), ...Array.from({ length: 7 }, () => makeSample({ error: refused }))]
  const load = (): LoadRecord => recordOf(abandoned ? samples.slice(0, 1) : samples, ['new-connections'])
  const driver: Driver = {
    start: async () => undefined,
    replicas: () => 3,
    selfTest: async () => noChanges,
    startLoad: async () => ({
      totals: () => [],
      record: load,
      stop: async () => load(),
      abandon: () => (abandoned = true),
    }),
    restart: async () => undefined,
    oldPodsGone: async () => undefined,
    pods: () => [],
    leftBehind: () => [],
    unknown: () => [],
    stop: async () => undefined,
    killAll: () => undefined,
    ...steps,
  }
  const counted = <Name extends 'start' | 'restart' | 'oldPodsGone' | 'stop'>(name: Name): Driver[Name] =>
    (() => {
      calls.push(name)
      return driver[name]()
    }) as Driver[Name]
  return {
    ...driver,
    calls,
    start: counted('start'),
    restart: counted('restart'),
    oldPodsGone: counted('oldPodsGone'),
    stop: counted('stop'),
  }
}
