import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from '../../../load/sample.ts'
import type { Driver, DriverLoad } from '../../driver.ts'
import type { Timeline } from '../../timeline.ts'
import { findFreePort } from '../shared/free-port.ts'
import { startLocalLoad, testTargets } from '../shared/local-load.ts'
import { createEndpoints } from './endpoints.ts'
import type { LocalOptions } from './local-options.ts'
import { type Pod, startPod } from './pod.ts'
import { createPodProbes } from './readiness.ts'

/**
 * Another program may take a port between the search and the start of the pod. Then the start is repeated.
 */
const MAX_STARTS = 3

/**
 * Simulates a Deployment, its Service and one client node on this machine; nothing runs yet. A restart starts
 * one additional pod. When that pod is ready, it deletes the oldest (`maxSurge: 1`, `maxUnavailable: 0`).
 */
export function createLocalDriver(options: LocalOptions, timeline: Timeline): Driver {
  const endpoints = createEndpoints(options.endpointLagMs)
  const probeFor = createPodProbes(options.readiness)
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  const pods: Pod[] = []
  const deletions = new Set<Promise<void>>()
  const loads: DriverLoad[] = []
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
      if (stopped) throw new Error('Start a pod: the driver has been stopped')
      const name = `pod-${pods.length + 1}`
      const terminationLog = join(folder, `${name}.termination-log`)
      // As with the kubelet, the file must exist: the report is only written to an existing file.
      writeFileSync(terminationLog, '')
      const probe = probeFor(ports)
      const pod = startPod(name, ports, { options, timeline, terminationLog, probe, onReadyChange })
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
      // The first pod that fails ends the run, because the others may need the full --ready-timeout.
      await Promise.all(Array.from({ length: options.replicas }, startOne))
      hasTraffic = true
    },
    replicas: () => options.replicas,
    selfTest: (load) => testTargets(load, serving.map(toTarget)),
    async startLoad(load, changes) {
      const started = startLocalLoad(load, changes, () => endpoints.pick())
      loads.push(started)
      return started
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
    pods: () => pods.map((pod) => pod.record()),
    leftBehind: () => [],
    unknown: () => [],
    killAll() {
      stopped = true
      for (const load of loads) load.abandon()
      for (const pod of pods) pod.kill()
      rmSync(folder, { recursive: true, force: true })
    },
    async stop() {
      this.killAll()
      await Promise.all(pods.map((pod) => pod.gone))
    },
  }
}
