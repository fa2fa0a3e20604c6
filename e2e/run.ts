/**
 * The proof on a real cluster: `npm run e2e`. Needs docker, kind, kubectl and helm.
 *
 *   --keep          keep the cluster
 *   --only NAMES    some scenarios, separated by commas
 *   --restarts N    restarts of each scenario that must lose nothing (protected 8, express and next 2; 3 pods
 *                   each); next, which has half of the paced lanes, is restarted more often until as much is
 *                   sent
 *   --rate N        requests per second of each paced lane of these (210)
 *
 * The full proof, more than 200,000 requests over more than 30 pods in each of the three: --restarts 11
 *
 * Each scenario's run is left in .cache/e2e, as `lastcall rollout --json` writes it.
 *
 * Exit codes: 0 passed, 1 failed, 3 inconclusive (the load generator stalled or left requests unsent), 130
 * interrupted. `KIND_NODE_IMAGE` chooses the node image, `KIND_CLUSTER_NAME` the name of the cluster. Ctrl-C
 * cleans up.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Cluster } from './cluster.ts'
import { describeWatch } from './blind-restarts.ts'
import { buildGoImage, buildImages, type Example, imageOf } from './images.ts'
import { play } from './scenario.ts'
import { type Judged, listScenarios } from './scenarios.ts'
import { stopAll } from './shell.ts'
import { describeDownloads } from './slow-readers.ts'
import { defaultRate } from './verdict.ts'

const { values: flags } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    only: { type: 'string' },
    restarts: { type: 'string' },
    rate: { type: 'string', default: String(defaultRate) },
  },
})

for (const name of ['restarts', 'rate'] as const) {
  const text = flags[name]
  if (text !== undefined && !/^[1-9]\d*$/.test(text)) {
    throw new Error(`--${name}: got '${text}', wanted a whole number of 1 or more`)
  }
}

const scenarios = listScenarios(
  flags.restarts === undefined ? undefined : Number(flags.restarts),
  Number(flags.rate),
)

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

/** A run of nothing would pass. */
function chooseScenarios(): readonly Judged[] {
  if (flags.only === undefined) return scenarios
  const names = flags.only.split(',')
  const unknown = names.filter((wanted) => !scenarios.some(({ name }) => name === wanted))
  if (unknown.length === 0) return scenarios.filter(({ name }) => names.includes(name))
  const all = scenarios.map(({ name }) => name).join(', ')
  throw new Error(`--only: there is no scenario '${unknown.join("', '")}'; the scenarios are ${all}`)
}

async function main(signal: AbortSignal): Promise<number> {
  const chosen = chooseScenarios()
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-e2e-'))
  const cluster = new Cluster(folder, signal)
  try {
    // The agent runs in the image of fastify, whatever is released.
    const images = [...new Set(['fastify' as const, ...chosen.map(({ image }) => image)])]
    say(`packing lastcall and building the images: ${images.join(', ')}`)
    await buildImages(
      images.filter((image): image is Example => image !== 'go'),
      folder,
      signal,
    )
    if (images.includes('go')) await buildGoImage(folder, signal)
    say('creating a cluster: one control plane, three workers, one of them for the load')
    await cluster.create()
    for (const image of images) await cluster.loadImage(imageOf(image))
    const codes: number[] = []
    for (const scenario of chosen) codes.push(await judgeScenario(cluster, scenario, signal))
    return codes.includes(1) ? 1 : Math.max(...codes)
  } finally {
    stopAll()
    if (flags.keep) say(`the cluster is kept: export KUBECONFIG=${cluster.kubeconfig}`)
    else {
      await cluster.delete()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Plays and judges one; resolves to its exit code: 0 pass, 1 fail, 3 inconclusive. */
async function judgeScenario(cluster: Cluster, scenario: Judged, signal: AbortSignal): Promise<number> {
  say(`${scenario.name}: ${scenario.about}`)
  const outcome = await play(cluster, scenario, signal)
  const { problems, doubts } = scenario.judge(outcome)
  for (const line of [describeWatch(outcome.run), describeDownloads(outcome.downloads)]) if (line) say(line)
  for (const problem of problems) say(`FAILED ${scenario.name}: ${problem}`)
  for (const doubt of doubts) say(`INCONCLUSIVE ${scenario.name}: ${doubt}`)
  if (problems.length > 0) return 1
  return doubts.length > 0 ? 3 : 0
}

const ending = new AbortController()
let interrupted = false
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (ending.signal.aborted) return
    say(`${name}: cleaning up`)
    interrupted = true
    ending.abort(new Error(`ended by ${name}`))
  })
}

// Whatever breaks in this program, the cluster is taken away.
process.on('uncaughtException', (error) => {
  say(`e2e failed by a fault of its own: ${error.stack}`)
  ending.abort(error)
})

try {
  process.exitCode = await main(ending.signal)
  const words: Record<number, string> = { 0: 'passed', 3: 'was inconclusive: run it on a quieter machine' }
  say(`e2e ${words[process.exitCode] ?? 'failed'}`)
} catch (error) {
  say(`e2e failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = interrupted ? 130 : 1
}
