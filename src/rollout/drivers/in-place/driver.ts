import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from '../../../load/sample.ts'
import type { Driver, DriverLoad } from '../../driver.ts'
import type { Timeline } from '../../timeline.ts'
import { findFreePort } from '../shared/free-port.ts'
import { startLocalLoad, testTargets } from '../shared/local-load.ts'
import { type InPlaceOptions, type InPlacePorts, siteIn } from './in-place-options.ts'
import { SupervisorProcess } from './supervisor-process.ts'

/** Another program may take a port between the search and the start. Then the start is repeated. */
const MAX_STARTS = 3

/**
 * Runs the command under `lastcall run` on this machine; nothing runs yet. There are no endpoints: all lanes
 * go to the one address that the supervisor holds. The pods are its generations, one of which serves, and a
 * restart is one restart in place.
 */
export function createInPlaceDriver(options: InPlaceOptions, timeline: Timeline): Driver {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  const loads: DriverLoad[] = []
  let supervisor: SupervisorProcess | undefined
  let target: Target | undefined
  let stopped = false

  const running = (): SupervisorProcess => {
    if (!supervisor) throw new Error('Use the driver: start() was not called')
    return supervisor
  }
  const targets = (): readonly Target[] => (target ? [target] : [])
  const startOn = async (ports: InPlacePorts): Promise<void> => {
    supervisor = new SupervisorProcess(options, siteIn(folder, ports), timeline)
    target = { host: '127.0.0.1', ...ports }
    await supervisor.serves()
  }

  return {
    async start() {
      for (let starts = 1; ; starts++) {
        const ports = { port: await findFreePort(), http2Port: await findFreePort() }
        if (stopped) throw new Error('Start the supervisor: the driver has been stopped')
        try {
          return await startOn(ports)
        } catch (error) {
          if (!running().lostItsPort() || starts === MAX_STARTS) throw error
          const detail = `port ${Object.values(ports).join(' or ')} was taken by another program; started again with others`
          timeline.record('notice', { detail })
        }
      }
    },
    replicas: () => 1,
    selfTest: (load) => testTargets(load, targets()),
    async startLoad(load, changes) {
      const started = startLocalLoad(load, changes, () => target)
      loads.push(started)
      return started
    },
    restart: () => running().restart(),
    oldPodsGone: () => running().endingOnesGone(),
    pods: () => supervisor?.pods.records() ?? [],
    leftBehind: () => [],
    unknown: () => [],
    killAll() {
      stopped = true
      for (const load of loads) load.abandon()
      supervisor?.kill()
      rmSync(folder, { recursive: true, force: true })
    },
    async stop() {
      stopped = true
      for (const load of loads) load.abandon()
      await supervisor?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
