import { accepts, type ProbeAnswer, probePath } from '../../../process/probe-client.ts'

/**
 * How readiness is asked: lastcall's probe server, a path of the application itself, or whether its port
 * accepts.
 */
export type Readiness =
  | { readonly kind: 'probe-server' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'tcp' }

/** Ports of one pod. */
export interface PodPorts {
  readonly port: number
  readonly probePort: number
  /** For a server of HTTP/2 without TLS, where the application has one. */
  readonly http2Port: number
}

/** Asks a pod once, as the kubelet would. */
export async function probeOnce(readiness: Readiness, ports: PodPorts): Promise<ProbeAnswer> {
  switch (readiness.kind) {
    case 'tcp':
      return { ready: await accepts(ports.port) }
    case 'path':
      return probePath(ports.port, readiness.path)
    case 'probe-server':
      return probePath(ports.probePort, '/readyz')
  }
}
