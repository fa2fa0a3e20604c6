/**
 * The proof on a real cluster: `npm run e2e`. Needs docker, kind, kubectl, helm, skaffold, Go and nginx.
 * `--help` lists its flags.
 *
 * The full proof, more than 200,000 requests over more than 30 pods in each scenario that must lose nothing:
 * --restarts 11. Without the flag it is 8 of protected, 2 of express, 3 of next. That one is sent three
 * quarters of --rate, to 2 pods, and is restarted more often until as much is sent.
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
import { Command, InvalidArgumentError } from 'commander'
import type { RolloutDocument } from '../src/rollout/run-document.ts'
import { playAdmission } from './admission.ts'
import { Cluster } from './cluster.ts'
import { playContract } from './contract.ts'
import { buildImages, loadedFor } from './images.ts'
import type { Judged } from './plain-scenario.ts'
import { play } from './play.ts'
import type { Outcome } from './scenario.ts'
import { listScenarios } from './scenarios.ts'
import { together } from './shell.ts'
import { playSkaffold } from './skaffold.ts'
import { playSystemd } from './systemd.ts'
import { blindDoubts, defaultRate, type Judgement, judgeSpared } from './verdict.ts'

interface Flags {
  readonly keep?: true
  readonly only?: readonly string[]
  readonly restarts?: number
  readonly rate: number
}

const program = new Command('npm run e2e --')
  .option('--keep', 'keep the cluster')
  .option('--only <names>', 'some scenarios, separated by commas', (text) => text.split(','))
  .option('--restarts <n>', 'restarts where nothing may be lost; next needs more', wholeNumber)
  .option('--rate <n>', 'requests per second of a paced lane there', wholeNumber, defaultRate)
const { keep, only, restarts, rate } = program.parse().opts<Flags>()

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('wanted a whole number of 1 or more')
  return Number(text)
}

const scenarios = listScenarios(restarts, rate)

/** What is no scenario of `lastcall rollout` but has a name like one. Resolves to what went wrong. */
interface Extra {
  readonly name: string
  readonly about: string
  readonly play: (cluster: Cluster, folder: string) => Promise<readonly string[]>
}

const extras: readonly Extra[] = [
  { name: 'contract', about: 'the contract of the drivers, against this cluster', play: playContract },
  { name: 'admission', about: 'policies and fixtures, judged by the API server', play: playAdmission },
  {
    name: 'systemd',
    about: 'lastcall run as a unit of a real systemd, reloaded under load',
    play: playSystemd,
  },
  { name: 'skaffold', about: 'run, verify and delete, as skaffold.yaml says', play: playSkaffold },
]

const names = [...scenarios, ...extras].map(({ name }) => name)
for (const name of only ?? []) {
  if (names.includes(name)) continue
  program.error(`--only: there is no scenario '${name}'; the scenarios are ${names.join(', ')}`)
}

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

/** Those of a list that `--only` names; all without it. */
function chosenOf<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  return all.filter(({ name }) => only?.includes(name) ?? true)
}

async function main(signal: AbortSignal): Promise<number> {
  const chosen = chosenOf(scenarios)
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-e2e-'))
  const cluster = new Cluster(folder, signal)
  try {
    // The agent runs in the image of fastify, whatever is released.
    const released = chosen.flatMap(({ image, inFront }) => [image, ...(inFront ? [inFront.image] : [])])
    const images = [...new Set(['fastify' as const, ...released])]
    say('creating a cluster: one control plane, three workers, one of them for the load')
    say(`packing lastcall and building the images: ${images.join(', ')}`)
    await together([cluster.create(), buildImages(images, folder, signal)])
    say('loading the images into the cluster')
    await cluster.loadImages(images.flatMap(loadedFor))
    const judged: Judgement[] = []
    const spared: RolloutDocument[] = []
    for (const scenario of chosen) {
      say(`${scenario.name}: ${scenario.about}`)
      const outcome = await play(cluster, scenario)
      judged.push(conclude(outcome, scenario))
      if (scenario.judge === judgeSpared) spared.push(outcome.run)
    }
    judged.push({ problems: [], doubts: told('INCONCLUSIVE single restarts', blindDoubts(spared)) })
    for (const { name, about, play: playExtra } of chosenOf(extras)) {
      say(`${name}: ${about}`)
      judged.push({ problems: told(`FAILED ${name}`, await playExtra(cluster, folder)), doubts: [] })
    }
    if (judged.some(({ problems }) => problems.length > 0)) return 1
    return judged.some(({ doubts }) => doubts.length > 0) ? 3 : 0
  } finally {
    if (keep) say(`the cluster is kept: export KUBECONFIG=${cluster.kubeconfig}`)
    else {
      await cluster.delete()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Judges a run and says what stands against it. */
function conclude(outcome: Outcome, { name, judge }: Judged): Judgement {
  const { problems, doubts } = judge(outcome)
  return { problems: told(`FAILED ${name}`, problems), doubts: told(`INCONCLUSIVE ${name}`, doubts) }
}

/** Says what is wrong with a scenario, and returns it. */
function told(name: string, sentences: readonly string[]): readonly string[] {
  for (const sentence of sentences) say(`${name}: ${sentence}`)
  return sentences
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
