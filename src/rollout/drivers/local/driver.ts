import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from '../../../load/sample.ts'
import type { PodRecord } from '../../pod-record.ts'
import type { Timeline } from '../../timeline.ts'
import { createEndpoints } from './endpoints.ts'
import { findFreePort } from './free-port.ts'
import type { LocalOptions } from './local-options.ts'
import { type Pod, startPod } from './pod.ts'

/** A Deployment, its Service and one client node, on this machine. */
export interface LocalDriver {
  /** Starts all replicas and waits until each is ready. Rejects with `LASTCALL_APP_NOT_READY`. */
  start(): Promise<void>
  /** Replaces every pod: one more is started, and when it is ready the oldest is deleted (`maxSurge: 1`, `maxUnavailable: 0`). Does not wait for the old ones' ends. */
  restart(): Promise<void>
  /** Waits until no deleted pod exists any more. */
  oldPodsGone(): Promise<void>
  /** The endpoint of a new connection from the client node. */
  pickTarget(): Target | undefined
  /** Every pod that serves. */
  targets(): readonly Target[]
  pods(): readonly PodRecord[]
  /** Kills everything and removes its files, synchronously; for the moment in which this process ends. */
  killAll(): void
  /** Kills everything and waits until it is gone. */
  stop(): Promise<void>
}

/** A port that another program took between the search and the pod's start. */
const MAX_STARTS = 3

/** A local cluster that runs nothing yet. */
export function createLocalDriver(options: LocalOptions, timeline: Timeline): LocalDriver {
  const endpoints = createEndpoints(options.endpointLagMs)
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  const pods: Pod[] = []
  const deletions = new Set<Promise<void>>()
  let serving: Pod[] = []
  let hasTraffic = false
  let stopped = false

  const toTarget = (pod: Pod): Target & { name: string } => ({
    host: '127.0.0.1',
    port: pod.ports.port,
    http2Port: pod.ports.http2Port,
    name: pod.name,
  })
  const onReadyChange = (pod: Pod, ready: boolean): void => {
    if (ready) endpoints.add(toTarget(pod), hasTraffic ? 'late' : 'at-once')
    else endpoints.remove(pod.name)
  }
  const startOne = async (): Promise<Pod> => {
    for (let starts = 1; ; starts++) {
      const ports = {
        port: await findFreePort(),
        probePort: await findFreePort(),
        http2Port: await findFreePort(),
      }
      if (stopped) throw new Error('Start a pod: the rehearsal has been stopped')
      const name = `pod-${pods.length + 1}`
      const terminationLog = join(folder, `${name}.termination-log`)
      // As the kubelet does: the report goes where a file is, and nowhere else.
      writeFileSync(terminationLog, '')
      const pod = startPod(name, ports, { options, timeline, terminationLog, onReadyChange })
      pods.push(pod)
      try {
        await pod.becameReady
        serving.push(pod)
        return pod
      } catch (error) {
        if (pod.record().ending !== 'port-taken' || starts === MAX_STARTS) throw error
        const detail = `port ${Object.values(ports).join(' or ')} was taken by another program; started again with others`
        timeline.record('notice', { pod: name, detail })
      }
    }
  }

  return {
    async start() {
      const started = await Promise.allSettled(Array.from({ length: options.replicas }, startOne))
      const failed = started.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      hasTraffic = true
    },
    async restart() {
      const old = [...serving]
      for (const pod of old) {
        await startOne()
        serving = serving.filter((other) => other !== pod)
        const deletion = pod.delete()
        deletions.add(deletion)
        void deletion.then(() => deletions.delete(deletion))
      }
    },
    async oldPodsGone() {
      await Promise.all(deletions)
    },
    pickTarget: () => endpoints.pick(),
    targets: () => serving.map(toTarget),
    pods: () => pods.map((pod) => pod.record()),
    killAll() {
      stopped = true
      for (const pod of pods) pod.kill()
      rmSync(folder, { recursive: true, force: true })
    },
    async stop() {
      this.killAll()
      await Promise.all(pods.map((pod) => pod.gone))
    },
  }
}
