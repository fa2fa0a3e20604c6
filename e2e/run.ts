/**
 * The proof on a real cluster: `npm run e2e`. Needs docker, kind, kubectl and helm.
 *
 *   --keep          keep the cluster
 *   --only NAME     one scenario
 *   --restarts N    restarts of the protected run (8: 24 pods)
 *   --rate N        requests per second of each of its paced lanes (210: four of them send some 140,000 in 8 restarts)
 *
 * More than 200,000 requests over more than 30 pods: --restarts 12
 *
 * `KIND_NODE_IMAGE` chooses the node image. Ctrl-C cleans up.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultLaneNames } from '../src/load/sample.ts'
import { Cluster } from './cluster.ts'
import { buildImage, image } from './images.ts'
import { describeLoad, describeLogs, describeTimeline } from './print.ts'
import { type Outcome, play, type Scenario } from './scenario.ts'
import { stopAll } from './shell.ts'
import { judgeControl, judgeProtected } from './verdict.ts'

const { values: flags } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    only: { type: 'string' },
    restarts: { type: 'string', default: '8' },
    rate: { type: 'string', default: '210' },
  },
})

const bare = ['command={node,bare.ts}']
const scenarios: readonly (Scenario & { readonly judge: (outcome: Outcome) => readonly string[] })[] = [
  {
    name: 'protected',
    about: "lastcall with the chart's defaults",
    restarts: Number(flags.restarts),
    rate: Number(flags.rate),
    lanes: 'all',
    values: [],
    judge: judgeProtected,
  },
  {
    name: 'control',
    about: 'the same without preStop and without shutdown delay; has to lose requests',
    restarts: 2,
    rate: 210,
    lanes: 'all',
    values: ['lifecycle.preStop.mode=none', 'lifecycle.shutdownDelaySeconds=0', 'minReadySeconds=1'],
    judge: judgeControl,
  },
  {
    name: 'bare',
    about: 'plain node:http with server.close() on SIGTERM, behind a preStop sleep of 5 s; not judged',
    restarts: 2,
    rate: 210,
    lanes: defaultLaneNames.join(','),
    values: [...bare, 'minReadySeconds=1'],
    judge: () => [],
  },
]

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

async function main(signal: AbortSignal): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-e2e-'))
  const cluster = new Cluster(folder, signal)
  try {
    say('packing lastcall and building the example image')
    await buildImage(folder, signal)
    say('creating a cluster: one control plane, two workers')
    await cluster.create()
    await cluster.loadImage(image)
    const chosen = scenarios.filter((scenario) => flags.only === undefined || scenario.name === flags.only)
    let problems = 0
    for (const scenario of chosen) problems += await judgeScenario(cluster, scenario, signal)
    return problems === 0 ? 0 : 1
  } finally {
    stopAll()
    if (flags.keep) say(`the cluster is kept: export KUBECONFIG=${cluster.kubeconfig}`)
    else {
      await cluster.delete()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function judgeScenario(
  cluster: Cluster,
  scenario: (typeof scenarios)[number],
  signal: AbortSignal,
): Promise<number> {
  say(`${scenario.name}: ${scenario.about}`)
  const outcome = await play(cluster, scenario, signal, say)
  const problems = scenario.judge(outcome)
  mkdirSync('.cache/e2e', { recursive: true })
  writeFileSync(`.cache/e2e/${scenario.name}.json`, JSON.stringify(outcome, null, 2))
  console.log(`\n${describeLoad(outcome)}\n`)
  if (problems.length > 0) {
    console.log(`${describeTimeline(outcome)}\n\n${describeLogs(outcome.pods)}\n`)
    for (const problem of problems) say(`FAILED ${scenario.name}: ${problem}`)
  }
  return problems.length
}

const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (ending.signal.aborted) return
    say(`${name}: cleaning up`)
    ending.abort(new Error(`ended by ${name}`))
  })
}

try {
  process.exitCode = await main(ending.signal)
  say(process.exitCode === 0 ? 'e2e passed' : 'e2e failed')
} catch (error) {
  say(`e2e failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = ending.signal.aborted ? 130 : 1
}
