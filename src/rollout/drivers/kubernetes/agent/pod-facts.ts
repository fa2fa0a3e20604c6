import type { Container, ContainerStatus, PodObject } from '../api/objects.ts'
import { unpullable } from '../unpullable.ts'
import type { ProbeTarget } from './ask-http.ts'
import type { PodFacts } from './protocol.ts'

/** Kubernetes truncates longer termination messages. */
const MAX_MESSAGE = 4_096

/** The port on which the pods of a workload listen: a number, the name of a container port, or unknown. */
type TargetPort = string | number | undefined

/** The facts of a pod. `targetPort` identifies the container behind the Service. */
export function readPodFacts(pod: PodObject, targetPort: TargetPort): PodFacts {
  const { metadata, spec, status = {} } = pod
  const statuses = status.containerStatuses ?? []
  const terminated = readTerminated(
    statuses.find(({ name }) => name === servingContainer(pod, targetPort)?.name),
  )
  const cannotPull = readUnpullable(statuses)
  return {
    name: metadata.name,
    uid: metadata.uid,
    ...(status.podIP !== undefined && { ip: status.podIP }),
    ...(spec.nodeName !== undefined && { node: spec.nodeName }),
    ...(status.phase !== undefined && { phase: status.phase }),
    ...(status.reason !== undefined && { reason: status.reason }),
    ready:
      status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
    deleting: metadata.deletionTimestamp !== undefined,
    restarts: statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    ...(terminated && { terminated }),
    ...(cannotPull !== undefined && { cannotPull }),
  }
}

function readUnpullable(statuses: readonly ContainerStatus[]): string | undefined {
  const waits = statuses.map(({ state }) => state?.waiting)
  const found = waits.find((waiting) => unpullable.includes(waiting?.reason ?? ''))
  return found && [found.reason, found.message].filter(Boolean).join(': ')
}

function readTerminated(container: ContainerStatus | undefined): PodFacts['terminated'] {
  const now = container?.state?.terminated
  const terminated = now ?? container?.lastState?.terminated
  if (!terminated) return undefined
  const { exitCode, signal, reason, message } = terminated
  return {
    exitCode,
    ...(!now && { earlier: true as const }),
    ...(signal !== undefined && { signal }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message: message.slice(0, MAX_MESSAGE) }),
  }
}

/** The container with the Service's port; the first container if none has it. */
export function servingContainer(
  { spec }: Pick<PodObject, 'spec'>,
  targetPort: TargetPort,
): Container | undefined {
  const serving = spec.containers.find(
    ({ ports = [] }) =>
      targetPort !== undefined &&
      ports.some(({ name, containerPort }) => name === targetPort || containerPort === targetPort),
  )
  return serving ?? spec.containers[0]
}

/** Target of the readiness probe. Undefined unless the probe uses HTTP and goes to the pod itself. */
export function readinessTarget(pod: PodObject, targetPort: TargetPort): ProbeTarget | undefined {
  const container = servingContainer(pod, targetPort)
  const probe = container?.readinessProbe?.httpGet
  const host = pod.status?.podIP
  if (!probe || host === undefined || probe.host !== undefined) return undefined
  const { path = '/', scheme, httpHeaders = [] } = probe
  const named = container?.ports?.find(({ name }) => name === probe.port)?.containerPort
  const port = typeof probe.port === 'number' ? probe.port : named
  if (port === undefined) return undefined
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name.toLowerCase(), value]))
  return { host, port, path, isHttps: scheme === 'HTTPS', headers }
}

/** The number of the Service's port on this pod; undefined if its name matches no port of the pod. */
export function portOnPod({ spec }: PodObject, targetPort: TargetPort): number | undefined {
  if (typeof targetPort !== 'string') return targetPort
  const ports = spec.containers.flatMap(({ ports: found = [] }) => found)
  return ports.find(({ name }) => name === targetPort)?.containerPort
}
