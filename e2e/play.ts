import { setTimeout as pause } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { install, uninstall } from './install.ts'
import { rollOut } from './roll-out.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { together } from './shell.ts'
import { finishSlowReaders, startSlowReaders } from './slow-readers.ts'

/** From the start of `lastcall rollout` to the middle of its load: it first starts its agent. */
const MEANWHILE_AFTER_MS = 20_000

/** Installs, has `lastcall rollout` replace the pods under load, and takes everything away again. */
export async function play(cluster: Cluster, scenario: Scenario, signal: AbortSignal): Promise<Outcome> {
  await scenario.before?.(cluster)
  try {
    await install(cluster, scenario)
    const readers =
      scenario.slowReaders === undefined
        ? undefined
        : await startSlowReaders(cluster, signal, scenario.slowReaders)
    const rolling = rollOut(cluster, scenario, signal)
    const meanwhile = doMeanwhile(cluster, scenario, signal)
    const [run] = await together([rolling, meanwhile])
    return { scenario, run, downloads: readers ? await finishSlowReaders(readers) : [] }
  } catch (error) {
    if (!signal.aborted) await cluster.explain()
    throw error
  } finally {
    if (!signal.aborted) await uninstall(cluster, scenario)
  }
}

async function doMeanwhile(cluster: Cluster, { meanwhile }: Scenario, signal: AbortSignal): Promise<void> {
  if (!meanwhile) return
  await pause(MEANWHILE_AFTER_MS, undefined, { signal })
  await meanwhile(cluster)
}
