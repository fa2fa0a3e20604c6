import { existsSync, globSync } from 'node:fs'
import pkg from '../../package.json' with { type: 'json' }

/** What does not depend on the line of Node: it runs on the Node of `devDependencies` only. */
const onceOnly = [
  'test/api-surface.test.ts',
  'test/architecture.test.ts',
  'test/bench/',
  'test/chart/',
  'test/contract/guides.test.ts',
  'test/docs/',
  'test/e2e/',
  'test/examples/',
  'test/kube/',
  'test/pack/',
  'test/peers/terminus-types.test.ts',
  'test/report/',
  'test/scripts/',
]

/** What generates load and judges times: few run at once, after all others. */
const quiet = [
  'test/cli/',
  'test/integrations/auto/runners.test.ts',
  'test/load/engine.test.ts',
  'test/load/lanes/',
  'test/pack/commands.test.ts',
  'test/rollout/drivers/',
]

/**
 * Files that take longest, from the longest on: they begin first, so that no core waits for one of them at
 * the end.
 */
const longest: readonly string[] = [
  'test/cli/rehearse.test.ts',
  'test/contract/http2.test.ts',
  'test/integrations/auto/handlers.test.ts',
  'test/peers/terminus-suite.test.ts',
  'test/node/lifecycle/exit.test.ts',
  'test/node/drain/bad-input/process.test.ts',
]

/** The files of one run. */
export interface Plan {
  readonly together: readonly string[]
  /** What needs a quiet machine. */
  readonly quiet: readonly string[]
  /** Files of the whole suite that only the main line of Node runs. */
  readonly leftOut: number
}

const isBelow = (places: readonly string[], file: string): boolean =>
  places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place))

/** Picks the test files at or below the given places; all, without any. */
export function planTests(places: readonly string[], nodeVersion: string): Plan {
  const all = globSync('test/**/*.test.ts', { exclude: ['**/node_modules'] })
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
  // A program that is named is run, a test or not: those of test/fixtures/runner test this runner.
  const named = places.filter((place) => place.endsWith('.ts') && existsSync(place))
  const asked =
    places.length === 0
      ? all
      : [...named, ...all.filter((file) => isIn(places, file) && !named.includes(file))]
  const isMain = nodeVersion === pkg.devDependencies.node
  const files = isMain || places.length > 0 ? asked : asked.filter((file) => !isBelow(onceOnly, file))
  const rank = (file: string): number => (longest.includes(file) ? longest.indexOf(file) : longest.length)
  const sorted = files.toSorted((one, other) => rank(one) - rank(other))
  return {
    together: sorted.filter((file) => !isBelow(quiet, file)),
    quiet: sorted.filter((file) => isBelow(quiet, file)),
    leftOut: asked.length - files.length,
  }
}

function isIn(places: readonly string[], file: string): boolean {
  return places.some((place) => {
    const path = place.replace(/^\.\//, '').replace(/\/$/, '')
    return file === path || file.startsWith(`${path}/`)
  })
}
