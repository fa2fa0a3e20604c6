import cluster from 'node:cluster'
import { drainWorkers } from '../../node/lifecycle/cluster-workers.ts'
import type { Lifecycle } from '../../node/types.ts'
import { standInWorker } from './stand-in-worker.ts'

/** Whether this process has workers that listen in its stead (node:cluster). */
export function hasWorkers(): boolean {
  return cluster.isPrimary && Object.keys(cluster.workers ?? {}).length > 0
}

/**
 * Drains the workers of an unchanged cluster, which in a shutdown gets no new ones: many fork one for each
 * that exits, whatever the reason.
 */
export function coordinateWorkers(lifecycle: Lifecycle): void {
  drainWorkers(lifecycle)
  lifecycle.on('shutdownInitiated', () => {
    cluster.fork = standInWorker
  })
}
