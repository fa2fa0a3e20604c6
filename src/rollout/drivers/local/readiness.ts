import { accepts, type ProbeAnswer, probePath } from '../../../process/probe-client.ts'
import type { AskedReadiness } from '../../pod-record.ts'

/**
 * How readiness is asked. `auto`: the probe server where there is one, else whether the port accepts.
 * `worker`: the same for a process that has no other port, which then is ready while it runs.
 */
export type Readiness = AskedReadiness | { readonly kind: 'auto' } | { readonly kind: 'worker' }

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

/**
 * How long a worker may take from its start until its probe server opens. Nothing else tells how far it has
 * come, and the run only begins when a job was done.
 */
const WORKER_START_MS = 3_000

/** Makes the probes of the pods of one run: what one pod shows about its probe server holds for all. */
export function createPodProbes(
  readiness: Readiness,
  nowMs: () => number = () => performance.now(),
): (ports: PodPorts) => PodProbe {
  if (readiness.kind === 'auto') return findOut(nowMs, byPort)
  if (readiness.kind === 'worker') return findOut(nowMs, byProcess)
  return (ports) => ({ asked: () => readiness, ask: () => askOnce(readiness, ports) })
}

/** What tells that a pod without a probe server is ready. */
interface Fallback {
  readonly kind: 'tcp' | 'running'
  /** Whether the pod shows that, as of now. */
  readonly isThere: (ports: PodPorts) => Promise<boolean>
  /** How long it has to do so before it is believed that no probe server opens. Milliseconds. */
  readonly graceMs: number
}

const byPort: Fallback = {
  kind: 'tcp',
  isThere: ({ port }) => accepts(port),
  graceMs: PROBE_SERVER_GRACE_MS,
}

/** A process that has ended is not asked any more. */
const byProcess: Fallback = { kind: 'running', isThere: async () => true, graceMs: WORKER_START_MS }

function findOut(nowMs: () => number, { kind, isThere, graceMs }: Fallback): (ports: PodPorts) => PodProbe {
  let found: 'probe-server' | Fallback['kind'] | undefined
  return (ports) => {
    let sinceMs: number | undefined
    return {
      asked: () => found && { kind: found },
      async ask() {
        // Looked for even after that: an application may open its probe server long after its port.
        if (found !== 'probe-server' && (await accepts(ports.probePort))) found = 'probe-server'
        if (found === 'probe-server') return askOnce({ kind: found }, ports)
        if (!(await isThere(ports))) return { ready: false }
        sinceMs ??= nowMs()
        if (nowMs() - sinceMs >= graceMs) found ??= kind
        return { ready: found === kind }
      },
    }
  }
}

async function askOnce(readiness: AskedReadiness, ports: PodPorts): Promise<ProbeAnswer> {
  switch (readiness.kind) {
    case 'tcp':
      return { ready: await accepts(ports.port) }
    case 'running':
      return { ready: true }
    case 'path':
      return probePath(ports.port, readiness.path)
    case 'probe-server':
      return probePath(ports.probePort, '/readyz')
  }
}
