import type { LoadDocument } from '../../src/load/load-document.ts'
import type { Driver } from '../../src/rollout/driver.ts'
import { makeFacts } from './run-facts.ts'

/** A driver without pods, whose steps a test can replace; `calls` has the name of every step that was begun. */
export interface FakeDriver extends Driver {
  readonly calls: readonly string[]
}

/** Every step is over at once; `steps` replaces some. */
export function createFakeDriver(steps: Partial<Driver> = {}): FakeDriver {
  const calls: string[] = []
  let abandoned = false
  const load = (): LoadDocument => ({ ...makeFacts().load, failed: abandoned ? 0 : 7 })
  const driver: Driver = {
    start: async () => undefined,
    replicas: () => 3,
    selfTest: async () => [],
    startLoad: async () => ({
      setPhase: (phase) => calls.push(`load: ${phase}`),
      record: load,
      stop: async () => load(),
      abandon: () => (abandoned = true),
    }),
    restart: async () => undefined,
    oldPodsGone: async () => undefined,
    pods: () => [],
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
