import { accepts, type ProbeAnswer, probePath } from '../../../process/probe-client.ts'
import type { AskedReadiness } from '../../pod-record.ts'

/** How readiness is asked. `auto`: the probe server where there is one, else whether the port accepts. */
export type Readiness = AskedReadiness | { readonly kind: 'auto' }

/** Ports of one pod. */
export interface PodPorts {
  readonly port: number
  readonly probePort: number
  /** For a server of HTTP/2 without TLS, where the application has one. */
  readonly http2Port: number
}

/** The readiness probe of one pod. */
export interface PodProbe {
  /** Asks once, as the kubelet would. */
  ask(): Promise<ProbeAnswer>
  /** What is asked; undefined as long as that has to be found out. */
  asked(): AskedReadiness | undefined
}

/**
 * How long the probe server may open after the application's port. `lastcall/auto` and the Fastify plugin
 * open it once the application listens; a call of `lifecycle.start()` may also come after `listen()`.
 */
const PROBE_SERVER_GRACE_MS = 1_000

/** Makes the probes of the pods of one run: what one pod shows about its probe server holds for all. */
export function createPodProbes(
  readiness: Readiness,
  nowMs: () => number = () => performance.now(),
): (ports: PodPorts) => PodProbe {
  if (readiness.kind === 'auto') return findOut(nowMs)
  return (ports) => ({ asked: () => readiness, ask: () => askOnce(readiness, ports) })
}

function findOut(nowMs: () => number): (ports: PodPorts) => PodProbe {
  let found: 'probe-server' | 'tcp' | undefined
  return (ports) => {
    let acceptsSinceMs: number | undefined
    return {
      asked: () => found && { kind: found },
      async ask() {
        // Looked for even after `tcp`: an application may open its probe server long after its port.
        if (found !== 'probe-server' && (await accepts(ports.probePort))) found = 'probe-server'
        if (found === 'probe-server') return askOnce({ kind: found }, ports)
        if (!(await accepts(ports.port))) return { ready: false }
        acceptsSinceMs ??= nowMs()
        if (nowMs() - acceptsSinceMs >= PROBE_SERVER_GRACE_MS) found ??= 'tcp'
        return { ready: found === 'tcp' }
      },
    }
  }
}

async function askOnce(readiness: AskedReadiness, ports: PodPorts): Promise<ProbeAnswer> {
  switch (readiness.kind) {
    case 'tcp':
      return { ready: await accepts(ports.port) }
    case 'path':
      return probePath(ports.port, readiness.path)
    case 'probe-server':
      return probePath(ports.probePort, '/readyz')
  }
}
