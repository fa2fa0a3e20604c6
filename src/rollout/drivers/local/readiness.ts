import { accepts, type ProbeAnswer, probePath } from '../../../process/probe-client.ts'
import type { AskedReadiness } from '../../pod-record.ts'

/**
 * How to check readiness. `auto`: the probe server if there is one, else whether the port accepts. `worker`:
 * the same for a process without another port, which otherwise is ready while it runs.
 */
export type Readiness = AskedReadiness | { readonly kind: 'auto' } | { readonly kind: 'worker' }

/** Ports of one pod. */
export interface PodPorts {
  readonly port: number
  readonly probePort: number
  /** For an HTTP/2 server without TLS, if the application has one. */
  readonly http2Port: number
}

/** The readiness probe of one pod. */
export interface PodProbe {
  /** Probes once, like the kubelet. */
  ask(): Promise<ProbeAnswer>
  /** The method of the probe; undefined until it is known. */
  asked(): AskedReadiness | undefined
}

/**
 * The probe server may open this long after the application's port. `lastcall/auto` and the Fastify plugin
 * open it once the application listens; `lifecycle.start()` may also be called after `listen()`.
 */
const PROBE_SERVER_GRACE_MS = 1_000

/**
 * Limit for a worker from its start until its probe server opens. Nothing else shows its progress, and the
 * run only begins when a job was done.
 */
const WORKER_START_MS = 3_000

/** Creates the probes for the pods of one run. What one pod shows about its probe server holds for all. */
export function createPodProbes(
  readiness: Readiness,
  nowMs: () => number = () => performance.now(),
): (ports: PodPorts) => PodProbe {
  if (readiness.kind === 'auto') return findOut(nowMs, byPort)
  if (readiness.kind === 'worker') return findOut(nowMs, byProcess)
  return (ports) => ({ asked: () => readiness, ask: () => askOnce(readiness, ports) })
}

/** A sign that a pod without a probe server is ready. */
interface Fallback {
  readonly kind: 'tcp' | 'running'
  /** Whether the pod shows this sign now. */
  readonly isThere: (ports: PodPorts) => Promise<boolean>
  /** Time to wait for a probe server after the sign appears. Milliseconds. */
  readonly graceMs: number
}

const byPort: Fallback = {
  kind: 'tcp',
  isThere: ({ port }) => accepts(port),
  graceMs: PROBE_SERVER_GRACE_MS,
}

/** A process that has ended is not probed any more. */
const byProcess: Fallback = { kind: 'running', isThere: async () => true, graceMs: WORKER_START_MS }

function findOut(nowMs: () => number, { kind, isThere, graceMs }: Fallback): (ports: PodPorts) => PodProbe {
  let found: 'probe-server' | Fallback['kind'] | undefined
  return (ports) => {
    let sinceMs: number | undefined
    return {
      asked: () => found && { kind: found },
      async ask() {
        // Also probed after that, because an application may open its probe server long after its port.
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
