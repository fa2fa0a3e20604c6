import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { readSource } from '../../test/helpers/source-graph.ts'

/** Every file that a file names: imports, and programs of test/fixtures or beside it that it starts. */
function filesNamedBy(path: string): readonly string[] {
  const { files, text } = readSource(path)
  const named = [...text.matchAll(/['"`]([\w./-]+\.(?:ts|mjs|js))['"`]/g)].flatMap(([, name = '']) =>
    [join(dirname(path), name), join('test/fixtures', name), name].map(normalize),
  )
  return [...files, ...named].filter(
    (file) => file !== path && /^(src|test)\//.test(file) && existsSync(file),
  )
}

/** Files that a test depends on, each with the number of steps to it. */
function reachOf(test: string): ReadonlyMap<string, number> {
  const steps = new Map([[test, 0]])
  for (const path of steps.keys()) {
    if (!path.endsWith('.ts')) continue
    for (const next of filesNamedBy(path)) {
      if (!steps.has(next)) steps.set(next, (steps.get(path) ?? 0) + 1)
    }
  }
  return steps
}

/**
 * What runs the built package, in which the source graph does not show: after all others, and what is about
 * one framework not at all.
 */
const onTheBuild = [
  'test/contract/http.test.ts',
  'test/contract/https.test.ts',
  'test/contract/http2.test.ts',
  'test/contract/websocket.test.ts',
]

/** Not about what a mutant does, but about how the sources look. */
const aboutTheText =
  /^test\/(architecture|api-surface|docs|chart|scripts|bench|e2e|peers|contract|examples)\b/

/** Finds the tests that can notice a change of a file, those first that are most likely to. */
export function createCandidates(times: ReadonlyMap<string, number>): (file: string) => readonly string[] {
  const tests = globSync('test/**/*.test.ts', { exclude: ['**/node_modules'] })
    .filter((test) => !aboutTheText.test(test))
    .map((test) => ({ test, reach: reachOf(test) }))
  return (file) => {
    const mirror = file.replace(/^src\//, 'test/').replace(/(\/index)?\.ts$/, '')
    const rank = (test: string, steps: number): number => {
      if (test.startsWith(mirror)) return 0
      const isBeside = dirname(test).startsWith(dirname(mirror))
      const isNamesake = firstWordOf(test) === firstWordOf(file)
      const place = (isBeside ? 200 : 1_000) - (isNamesake ? 200 : 0)
      return place + 50 * Math.min(steps, 4) + Math.min(99, times.get(test) ?? 3)
    }
    return tests
      .filter(({ reach }) => reach.has(file))
      .map(({ test, reach }) => ({ test, rank: rank(test, reach.get(file) ?? 0) }))
      .toSorted((one, other) => one.rank - other.rank)
      .map(({ test }) => test)
  }
}

/** `http2` of `http2-race.test.ts`: tests of `http2-traffic.ts` are called so as well. */
function firstWordOf(path: string): string {
  return basename(path).split(/[-.]/, 1)[0] ?? ''
}

/** Tests of the built package for a file; none for what pods do not import. */
export function buildTestsOf(file: string): readonly string[] {
  return /^src\/(core|node)\//.test(file) ? onTheBuild : []
}

/** Seconds that each test file takes, from `npm test -- --times`; empty before the first such run. */
export function readTimes(): ReadonlyMap<string, number> {
  return new Map(
    globSync('.cache/test-times/*.json')
      .map((path) => JSON.parse(readFileSync(path, 'utf8')) as { file: string; seconds: number })
      .map(({ file, seconds }) => [file, seconds]),
  )
}
