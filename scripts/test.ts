/**
 * `npm test`: runs the test files side by side on the Node that runs this, and says at the end what could not
 * be run. Files or folders as arguments run only those.
 * `--concurrency 1` runs one file after another; `--times` prints the slowest files.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { planTests } from './tests/plan.ts'
import { type Outcome, runPlan } from './tests/run.ts'
import { describeSkipped } from './tests/skipped.ts'
import { printTimes } from './tests/times.ts'

/**
 * Most files wait for timers and for programs that they start, so that more of them than cores can run at
 * once.
 */
const CONCURRENCY = process.env['TEST_CONCURRENCY'] ?? '4'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: CONCURRENCY }, times: { type: 'boolean' } },
})

const plan = planTests(positionals, process.versions.node)
if (plan.together.length + plan.quiet.length === 0) {
  console.error(`There is no test file at ${positionals.join(', ')}: name a file or a folder of test/`)
  process.exit(1)
}

const times = '.cache/test-times'
if (flags.times) {
  rmSync(times, { recursive: true, force: true })
  mkdirSync(times, { recursive: true })
  process.env['TEST_TIMES'] = times
}

// Hundreds of processes load the same sources: they compile them once. A whole run starts anew, so that what
// was compiled from older sources goes away.
const compiled = resolve('.cache/compiled', process.version)
if (positionals.length === 0) rmSync(compiled, { recursive: true, force: true })
process.env['NODE_COMPILE_CACHE'] ??= compiled

const outcome: Outcome = { failed: 0, skipped: new Map(), hanging: 0, stopped: false }
await pipeline(runPlan(plan, Number(flags.concurrency), outcome), new spec(), process.stdout, {
  end: false,
})

if (flags.times) printTimes(times)
if (plan.leftOut > 0) {
  console.log(`${plan.leftOut} files do not depend on the line of Node and run on the main one only`)
}
if (outcome.stopped) console.error(`${outcome.hanging} files hung, so that the rest was not run`)
for (const line of describeSkipped(outcome.skipped)) console.error(line)
const mayNotSkip = process.env['CI'] === 'true' && outcome.skipped.size > 0
if (mayNotSkip) console.error('With CI=true nothing may be skipped: install what is missing')
process.exitCode = outcome.failed > 0 || outcome.stopped || mayNotSkip ? 1 : 0
