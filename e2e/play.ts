import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { RolloutDocument } from '../src/rollout/run-document.ts'
import type { Cluster } from './cluster.ts'
import { argumentsOf } from './arguments.ts'
import { install, uninstall } from './install.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { together } from './shell.ts'

/** Where the documents of the runs are left, one for each scenario. */
const FOLDER = '.cache/e2e'
const CLI = 'dist/cli/bin.js'
/** 0 passed, 1 failed, 3 inconclusive; everything else has left no document. */
const JUDGED = [0, 1, 3]
/** From the start of `lastcall rollout` to the middle of its load: it first starts its agent. */
const MEANWHILE_AFTER_MS = 20_000

/** Installs, has `lastcall rollout` replace the pods under load, and takes everything away again. */
export async function play(cluster: Cluster, scenario: Scenario): Promise<Outcome> {
  const { signal } = cluster
  await scenario.before?.(cluster)
  try {
    await install(cluster, scenario)
    const [run] = await together([rollOut(cluster, scenario), doMeanwhile(cluster, scenario)])
    return { scenario, run }
  } catch (error) {
    if (!signal.aborted) await cluster.explain()
    throw error
  } finally {
    if (!signal.aborted) await uninstall(cluster, scenario)
  }
}

/** Runs `lastcall rollout` as a user would, prints its report and resolves to its document. */
async function rollOut(cluster: Cluster, scenario: Scenario): Promise<RolloutDocument> {
  const { name } = scenario
  mkdirSync(FOLDER, { recursive: true })
  const file = resolve(FOLDER, `${name}.json`)
  const args = [CLI, ...argumentsOf(scenario), '--json', file]
  console.log(`\n${await cluster.run(process.execPath, args, { accepted: JUDGED })}`)
  return JSON.parse(readFileSync(file, 'utf8')) as RolloutDocument
}

async function doMeanwhile(cluster: Cluster, { meanwhile }: Scenario): Promise<void> {
  if (!meanwhile) return
  await pause(MEANWHILE_AFTER_MS, undefined, { signal: cluster.signal })
  await meanwhile(cluster)
}
