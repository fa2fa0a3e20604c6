/**
 * The proof on a real cluster: `npm run e2e`. Needs docker, kind, kubectl and helm.
 *
 *   --keep          keep the cluster
 *   --only NAME     one scenario
 *   --restarts N    restarts of each scenario that must lose nothing (protected 8, express and next 2; 3 pods each); next, which has half of the
 *                   paced lanes, is restarted more often until as much is sent
 *   --rate N        requests per second of each paced lane of these (210)
 *
 * The full proof, more than 200,000 requests over more than 30 pods in each of the three: --restarts 11
 *
 * `KIND_NODE_IMAGE` chooses the node image. Ctrl-C cleans up.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultLaneNames, type LaneName, laneNames } from '../src/load/sample.ts'
import { Cluster } from './cluster.ts'
import { buildImages, imageOf } from './images.ts'
import { http2Port } from './load-pod.ts'
import { describeLoad, describeLogs, describeTimeline } from './print.ts'
import { type Outcome, play, type Scenario } from './scenario.ts'
import { stopAll } from './shell.ts'
import { defaultRate, judgeControl, judgeZeroLoss, leastRequestsIn } from './verdict.ts'

type Judged = Scenario & { readonly judge: (outcome: Outcome) => readonly string[] }

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

const h2c = ['extraPorts[0].name=h2c', `extraPorts[0].port=${http2Port}`]
const noPreStop = ['lifecycle.preStop.mode=none', 'lifecycle.shutdownDelaySeconds=0', 'minReadySeconds=1']
/** What `next start` and the standalone server serve. */
const nextLanes: readonly LaneName[] = [...defaultLaneNames, 'stream', 'sse']

const scenarios: readonly Judged[] = [
  zeroLoss('protected', "lastcall with the chart's defaults", {
    example: 'fastify',
    restarts: 8,
    metrics: true,
    values: h2c,
  }),
  zeroLoss('express', 'an unchanged Express application in an image with lastcall, lifecycle.auto', {
    example: 'express',
    restarts: 2,
    values: [...h2c, 'lifecycle.auto=true'],
  }),
  zeroLoss(
    'next',
    'an unchanged Next.js application, lastcall from the init container of lifecycle.autoImage',
    {
      example: 'next',
      restarts: 2,
      // Half of the paced lanes, and a request costs Next.js too much processor time to send it more often.
      share: 1.7,
      lanes: nextLanes,
      values: ['lifecycle.auto=true', `lifecycle.autoImage=${imageOf('fastify')}`],
    },
  ),
  {
    name: 'control',
    about: 'the same as protected without preStop and without shutdown delay; has to lose requests',
    example: 'fastify',
    restarts: 2,
    rate: defaultRate,
    lanes: laneNames,
    leastRequests: 0,
    metrics: true,
    values: [...h2c, ...noPreStop],
    judge: judgeControl,
  },
  {
    name: 'bare',
    about: 'plain node:http with server.close() on SIGTERM, behind a preStop sleep of 5 s; not judged',
    example: 'fastify',
    restarts: 2,
    rate: defaultRate,
    lanes: defaultLaneNames,
    leastRequests: 0,
    metrics: false,
    values: ['command={node,bare.ts}', 'minReadySeconds=1'],
    judge: () => [],
  },
]

type Kind = Pick<Scenario, 'example' | 'restarts' | 'values'> &
  Partial<Pick<Scenario, 'lanes' | 'metrics'>> & {
    /** How many restarts it takes to send what others send in one. 1 */
    readonly share?: number
  }

/** A scenario that the flags apply to. */
function zeroLoss(name: string, about: string, { share = 1, ...kind }: Kind): Judged {
  const restarts = flags.restarts === undefined ? kind.restarts : Math.ceil(Number(flags.restarts) * share)
  const rate = Number(flags.rate)
  return {
    lanes: laneNames,
    metrics: false,
    ...kind,
    name,
    about,
    restarts,
    rate,
    leastRequests: leastRequestsIn(restarts / share, rate),
    judge: judgeZeroLoss,
  }
}

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

/** A run of nothing would pass. */
function chooseScenarios(): readonly Judged[] {
  const chosen = scenarios.filter(({ name }) => flags.only === undefined || name === flags.only)
  if (chosen.length > 0) return chosen
  const names = scenarios.map(({ name }) => name).join(', ')
  throw new Error(`--only: there is no scenario '${flags.only}'; the scenarios are ${names}`)
}

async function main(signal: AbortSignal): Promise<number> {
  const chosen = chooseScenarios()
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-e2e-'))
  const cluster = new Cluster(folder, signal)
  try {
    // The load comes from the image of fastify, whatever is released.
    const examples = [...new Set(['fastify' as const, ...chosen.map((scenario) => scenario.example)])]
    say(`packing lastcall and building the images: ${examples.join(', ')}`)
    await buildImages(examples, folder, signal)
    say('creating a cluster: one control plane, two workers')
    await cluster.create()
    for (const example of examples) await cluster.loadImage(imageOf(example))
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

async function judgeScenario(cluster: Cluster, scenario: Judged, signal: AbortSignal): Promise<number> {
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
