import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RolloutDocument } from '../src/rollout/run-document.ts'
import { clientNode, type Cluster, namespace, RELEASE } from './cluster.ts'
import { imageOf } from './images.ts'
import type { Scenario } from './scenario.ts'

/** Where the documents of the runs are left, one for each scenario. */
const FOLDER = '.cache/e2e'
const CLI = 'dist/cli/bin.js'
/** 0 passed, 1 failed, 3 inconclusive; everything else has left no document. */
const JUDGED = [0, 1, 3]

/** Runs `lastcall rollout` as a user would, prints its report and resolves to its document. */
export async function rollOut(
  cluster: Cluster,
  scenario: Scenario,
  signal: AbortSignal,
): Promise<RolloutDocument> {
  const { name, restarts, rate, lanes, flags = [] } = scenario
  mkdirSync(FOLDER, { recursive: true })
  const file = resolve(FOLDER, `${name}.json`)
  const often = restarts === 0 ? [] : ['--restarts', String(restarts)]
  const what = ['rollout', `deployment/${RELEASE}`, '-n', namespace, ...often]
  // Any image with Node.js will do for the agent; this one is on every node.
  const agent = ['--image', imageOf('fastify'), '--node', clientNode]
  const chosen = lanes.length === 0 ? [] : ['--lanes', lanes.join(','), '--slow-time', '4s']
  const load = ['--rate', String(rate), ...chosen]
  const args = [CLI, ...what, ...agent, ...load, ...flags, '--json', file]
  console.log(`\n${await cluster.run(process.execPath, args, { signal, accepted: JUDGED })}`)
  return JSON.parse(readFileSync(file, 'utf8')) as RolloutDocument
}
