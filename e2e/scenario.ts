import type { LoadDocument } from '../src/load/load-document.ts'
import type { Cluster } from './cluster.ts'
import type { LaneName } from '../src/load/sample.ts'
import { type Example, imageOf } from './images.ts'
import type { ClientPod } from './client-pod.ts'
import { finishLoad, finishSlowReaders, startLoad, startSlowReaders } from './load-pod.ts'
import type { PodRecord } from './pod-record.ts'
import { PodWatch } from './pods.ts'
import { pause, poll } from './shell.ts'
import type { Download } from './throttled-client.ts'

/** A release of the chart under load, restarted some times. */
export interface Scenario {
  readonly name: string
  /** One line: what is different here. */
  readonly about: string
  /** What is released. */
  readonly example: Example
  readonly restarts: number
  /** Those that the example has a route for. */
  readonly lanes: readonly LaneName[]
  /** Requests per second of each paced lane. */
  readonly rate: number
  /** A run with fewer requests has proved too little. */
  readonly leastRequests: number
  /** Whether the example has lastcall's metrics beside its probes, which takes code. */
  readonly metrics: boolean
  /** Clients that read large answers slowly, beside the load. None */
  readonly slowReaders?: number
  /** `--set` of helm. */
  readonly values: readonly string[]
}

/** What came of it. */
export interface Outcome {
  readonly scenario: Scenario
  readonly load: LoadDocument
  /** What the slow readers got. */
  readonly downloads: readonly Download[]
  readonly pods: readonly PodRecord[]
  /** Pods that were there before a restart and are gone. */
  readonly replaced: readonly PodRecord[]
  /** Milliseconds since the watch began, of each restart. */
  readonly restartedAt: readonly number[]
  /** Wall-clock milliseconds at which the watch began. */
  readonly beganAt: number
  readonly seconds: number
  /** Largest in-flight metric of the pods that were left, after the load had ended; 0 without metrics. */
  readonly inFlightAfter: number
}

/** Where a scenario says what it is doing. */
export type Say = (line: string) => void

/** Pods of every release. */
export const replicas = 3

const release = 'shop'
const selector = `app.kubernetes.io/instance=${release}`
const baselineMs = 5_000
const coolDownMs = 3_000

/** Installs, loads, restarts, waits until every old pod is gone, and takes everything away again. */
export async function play(
  cluster: Cluster,
  scenario: Scenario,
  signal: AbortSignal,
  say: Say,
): Promise<Outcome> {
  const [repository, tag] = imageOf(scenario.example).split(':')
  const sets = [
    `image.repository=${repository}`,
    `image.tag=${tag}`,
    'image.pullPolicy=Never',
    `replicaCount=${replicas}`,
    ...scenario.values,
  ]
  await cluster.helm([
    'install',
    release,
    'charts/lastcall',
    '--wait',
    '--timeout',
    '120s',
    ...sets.flatMap((set) => ['--set', set]),
  ])
  const watch = new PodWatch(cluster, selector, scenario.metrics)
  const began = performance.now()
  const clients: ClientPod[] = []
  try {
    const load = await startLoad(cluster, signal, `http://${release}`, scenario)
    clients.push(load)
    const readers =
      scenario.slowReaders === undefined
        ? undefined
        : await startSlowReaders(cluster, signal, release, scenario.slowReaders)
    if (readers) clients.push(readers)
    say('load is running')
    await pause(baselineMs, signal)
    const restartedAt: number[] = []
    const old = new Set<string>()
    for (let nth = 1; nth <= scenario.restarts; nth++) {
      for (const pod of watch.present()) old.add(pod.name)
      restartedAt.push(watch.ms)
      await cluster.kubectl(['rollout', 'restart', `deployment/${release}`])
      await cluster.kubectl(['rollout', 'status', `deployment/${release}`, '--timeout=180s'])
      watch.check()
      const gone = [...watch.pods.values()].filter((pod) => pod.goneAt !== undefined).length
      say(`restart ${nth} of ${scenario.restarts}: done, ${gone} pods are gone`)
    }
    // `rollout status` does not wait for pods that are still finishing their work, where most failures live.
    await poll('old pods are gone', 90_000, signal, async () => {
      watch.check()
      return watch.present().some((pod) => old.has(pod.name)) ? undefined : true
    })
    await pause(coolDownMs, signal)
    const downloads = readers ? await finishSlowReaders(readers) : []
    const document = await finishLoad(load)
    watch.check()
    const inFlightAfter = scenario.metrics ? await watch.scrape() : 0
    const seconds = Math.round((performance.now() - began) / 1_000)
    const replaced = [...watch.pods.values()].filter((pod) => old.has(pod.name))
    return {
      scenario,
      load: document,
      downloads,
      pods: [...watch.pods.values()],
      replaced,
      restartedAt,
      beganAt: watch.beganAt,
      seconds,
      inFlightAfter,
    }
  } catch (error) {
    if (!signal.aborted) await explain({ cluster, watch, clients, say })
    throw error
  } finally {
    await watch.stop()
    if (!signal.aborted) await cluster.helm(['uninstall', release, '--wait', '--timeout', '90s'])
  }
}

/** What a person needs when the scenario itself did not come to its end. */
async function explain({
  cluster,
  watch,
  clients,
  say,
}: {
  readonly cluster: Cluster
  readonly watch: PodWatch
  readonly clients: readonly ClientPod[]
  readonly say: Say
}): Promise<void> {
  say(await cluster.kubectl(['get', 'pods', '-o', 'wide']).catch(String))
  say(await cluster.kubectl(['get', 'events', '--sort-by=.lastTimestamp']).catch(String))
  for (const client of clients) say(await client.log().catch(String))
  for (const pod of watch.pods.values()) say(`--- ${pod.name}\n${pod.log.slice(-20).join('\n')}`)
}
