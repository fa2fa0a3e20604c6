import cluster from 'node:cluster'
import { drainWorkers } from '../../node/lifecycle/cluster-workers.ts'
import type { Lifecycle } from '../../node/types.ts'
import { standInWorker } from './stand-in-worker.ts'

/** Whether this process has workers that listen for it (node:cluster). */
export function hasWorkers(): boolean {
  return cluster.isPrimary && Object.keys(cluster.workers ?? {}).length > 0
}

/**
 * Drains the workers of an unchanged cluster. During the shutdown it starts no new ones: many applications
 * fork a worker for each one that exits, whatever the reason.
 */
export function coordinateWorkers(lifecycle: Lifecycle): void {
  drainWorkers(lifecycle)
  lifecycle.on('shutdownInitiated', () => {
    cluster.fork = standInWorker
  })
}
