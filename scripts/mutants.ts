/**
 * `npm run mutants`: changes the sources one place at a time and runs the tests that can notice. What no test
 * notices is printed with its line, and the score at the
 * end. Run by hand: `npm run mutants -- --sample 100 --seed 1 --only src/node/drain --json
 * .cache/mutants.json`.
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createCandidates, readTimes } from './mutants/candidates.ts'
import { whyEquivalent } from './mutants/equivalent.ts'
import { type Judgement, judge } from './mutants/judge.ts'
import { type Mutant, mutantsOf } from './mutants/operators.ts'
import { passes } from './mutants/run-test.ts'
import { drawSample, scoreOf } from './mutants/sample.ts'
import { Scratch } from './mutants/scratch.ts'

const folders = ['src/core', 'src/node', 'src/rollout', 'src/load']

const { values: flags } = parseArgs({
  options: {
    sample: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: folders },
    budget: { type: 'string', default: '60' },
    workers: { type: 'string', default: '2' },
    json: { type: 'string' },
    list: { type: 'boolean' },
  },
})

const texts = new Map(
  globSync(flags.only.flatMap((place) => [place, `${place}.ts`, `${place}/**/*.ts`]))
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .map((file) => [file, readFileSync(file, 'utf8')] as const),
)
const textOf = (file: string): string => texts.get(file) ?? ''
const all = [...texts].flatMap(([file, text]) => mutantsOf(file, text))
const counted = all.filter((mutant) => whyEquivalent(mutant, textOf(mutant.file)) === undefined)
const chosen = drawSample(counted, Number(flags.sample), Number(flags.seed))
console.log(
  `${all.length} mutants of ${texts.size} files, ${all.length - counted.length} known to be equivalent; ${chosen.length} are run`,
)
if (flags.list) {
  for (const { file, line, kind } of chosen) console.log(`${file}:${line} ${kind}`)
  process.exit()
}

const judgements: Judgement[] = []
const candidatesFor = createCandidates(readTimes())
const queue = [...chosen]
const scratches = Array.from({ length: Number(flags.workers) }, (_, i) => new Scratch(`.cache/mutants/${i}`))
await Promise.all(scratches.map((scratch) => work(scratch)))
const unreliable = await findUnreliable()

const survivors = judgements.filter(({ outcome }) => outcome === 'survived')
for (const { mutant, was, becomes } of survivors) {
  console.log(`\n${mutant.file}:${mutant.line} (${mutant.kind})\n  - ${was}\n  + ${becomes}`)
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const score = scoreOf(judgements)
console.log(
  `\n${score} (commit ${commit}, --sample ${flags.sample} --seed ${flags.seed}, ${flags.budget} s each)`,
)
if (flags.json) writeFileSync(flags.json, JSON.stringify({ commit, score, judgements }, null, 2))
if (unreliable.length > 0) {
  console.error(`These fail without any change, so that the score is too high: ${unreliable.join(', ')}`)
  process.exitCode = 1
}

async function work(scratch: Scratch): Promise<void> {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const judgement = await judge(scratch, mutant, candidatesFor(mutant.file), 1_000 * Number(flags.budget))
    judgements.push(judgement)
    console.log(describe(judgement, mutant))
  }
}

function describe({ outcome, by, seconds }: Judgement, { file, line, kind }: Mutant): string {
  const done = `${judgements.length}/${chosen.length}`
  return `${done} ${outcome} ${file}:${line} ${kind}${by === undefined ? '' : `, by ${by}`} (${seconds.toFixed(1)} s)`
}

/** Test files that noticed a mutant, and fail on the sources as they are. */
async function findUnreliable(): Promise<readonly string[]> {
  const [scratch] = scratches
  const found: string[] = []
  if (scratch) scratch.build()
  for (const test of new Set(judgements.map(({ by }) => by))) {
    if (scratch && test !== undefined && !(await passes(scratch.folder, test))) found.push(test)
  }
  return found
}
