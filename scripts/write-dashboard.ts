/**
 * Draws the pictures of the dashboard in docs/images. It rolls examples/fastify over under load, has
 * Prometheus scrape the pods, asks it the dashboard's queries and draws the answers with Grafana's own
 * components in a headless Chromium. `--record` ends after the recording, `--draw` draws the last one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { drawPicture, renderer } from './dashboard/picture.ts'
import { picturesOf } from './dashboard/pictures.ts'
import { type Dashboard, findEmptyPanels, hasGap, recordPanels, type Recording } from './dashboard/panels.ts'
import { scrapeConfig, startPodMonitor } from './dashboard/pod-monitor.ts'
import { type Query, type Series, startPrometheus } from './dashboard/prometheus.ts'
import { checkSchema } from './dashboard/schema.ts'
import { installOnce } from './install-once.ts'
import type { Run } from '../src/rollout/run.ts'
import type { RunFacts } from '../src/rollout/run-facts.ts'
import { POD_COUNT, REPLICAS, startRollouts } from './dashboard/rollouts.ts'

const folder = '.cache/dashboard'
const recordingFile = `${folder}/recording.json`
const dashboard = JSON.parse(readFileSync('charts/lastcall/dashboards/lastcall.json', 'utf8')) as Dashboard

const { values: flags } = parseArgs({ options: { record: { type: 'boolean' }, draw: { type: 'boolean' } } })
if (!flags.draw) writeFileSync(recordingFile, JSON.stringify(await record()))
if (!flags.record) {
  installOnce(renderer)
  checkSchema(renderer, dashboard)
  const recording = JSON.parse(readFileSync(recordingFile, 'utf8')) as Recording
  for (const picture of picturesOf(dashboard)) drawPicture(folder, picture, recording)
}

async function record(): Promise<Recording> {
  // Empty until Prometheus scrapes, so that it has seen every pod from its start.
  const running: Run[] = []
  process.once('exit', () => running[0]?.killAll()).once('SIGINT', () => process.exit(130))
  const monitor = await startPodMonitor(() => running[0]?.pods() ?? [])
  const prometheus = await startPrometheus(folder, scrapeConfig(POD_COUNT, monitor.port))
  const run = startRollouts()
  running.push(run)
  try {
    return await recordRun(await run.finished, (query) => prometheus.query(query))
  } finally {
    await Promise.all([prometheus.close(), monitor.close()])
  }
}

async function recordRun(
  { phases, pods }: RunFacts,
  ask: (query: Query) => Promise<readonly Series[]>,
): Promise<Recording> {
  for (const { name, ending, forceClosed } of pods) console.log(name, ending, forceClosed ?? '-')
  const startOf = (phase: string): number => {
    const found = phases.find(({ name }) => name === phase)
    if (!found) throw new Error(`The rehearsal had no ${phase}`)
    return Math.floor(found.startedAt.wallMs / 1_000)
  }
  // The load needs a moment to reach its rate, and ends at the end of the cool-down: what is shown is what
  // lies between.
  const range = { from: startOf('baseline') + 3, to: startOf('cool-down') + 4, step: 1 }
  if (hasGap(await ask({ ...range, expr: 'sum(lastcall_state)', instant: false }), REPLICAS)) {
    throw new Error(
      'Prometheus missed a pod, as it does where the machine is busy: run this again when it is not',
    )
  }
  const recording = await recordPanels(dashboard, range, ask)
  const empty = findEmptyPanels(dashboard, recording)
  if (empty.length > 0) throw new Error(`Panels without data: ${empty.join(', ')}`)
  return recording
}
