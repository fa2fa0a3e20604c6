import { LastcallError } from '../../../core/errors.ts'
import type { ApiClient } from './api/client.ts'
import type { Container, ObjectList, ServiceObject, ServicePort } from './api/objects.ts'
import { selects } from './selector.ts'
import type { Workload } from './workload.ts'

/** What the user named; lastcall finds the rest. */
export interface ServiceChoice {
  readonly service: string | undefined
  /** Number or name. */
  readonly port: string | undefined
  readonly http2Port: number | undefined
}

/** Destination of the load. */
export interface ServiceTarget {
  readonly service: string
  /** The Service's own address. Its name would also measure the DNS of the cluster. */
  readonly address: string
  readonly port: number
  /** The Service's port on the pods: a number, or the name of a container port. */
  readonly targetPort: string | number
  /** Port for HTTP/2 without TLS, if the Service declares one. */
  readonly http2Port: number | undefined
  /** Path of an httpGet readiness probe on the same port: a route that surely exists. */
  readonly probePath: string | undefined
}

/** `appProtocol` values that mean HTTP/1 without TLS. */
const httpProtocols = ['http', 'kubernetes.io/ws']
const http2Protocol = 'kubernetes.io/h2c'
const httpNames = /^(https?|web)(-|$)/

/**
 * Finds the Service, its port and its target port.
 * @throws LastcallError `LASTCALL_SERVICE` when there is none, or several; the message lists them
 */
export async function findService(
  api: ApiClient,
  workload: Workload,
  choice: ServiceChoice,
): Promise<ServiceTarget> {
  const path = `/api/v1/namespaces/${workload.namespace}/services`
  const { items } = await api.get<ObjectList<ServiceObject>>(path)
  const service = chooseService(items, workload, choice)
  const address = service.spec.clusterIP
  if (address === undefined || address === '' || address === 'None') {
    throw refuse(
      `the Service '${service.metadata.name}' has no address of its own (headless, or an external name); ` +
        `name one that has with --service`,
    )
  }
  const port = choosePort(service, workload, choice)
  const { containers } = workload.object.spec.template.spec
  return {
    service: service.metadata.name,
    address,
    port: port.port,
    targetPort: port.targetPort ?? port.port,
    http2Port:
      choice.http2Port ?? service.spec.ports?.find(({ appProtocol }) => appProtocol === http2Protocol)?.port,
    probePath: containers
      .map((container) => probePathOf(container, port))
      .find((found) => found !== undefined),
  }
}

function chooseService(
  services: readonly ServiceObject[],
  workload: Workload,
  { service: wanted }: ServiceChoice,
): ServiceObject {
  const labels = workload.object.spec.template.metadata?.labels ?? {}
  const selecting = services.filter(({ spec }) => selects(spec.selector ?? {}, labels))
  const what = `${workload.kind} '${workload.name}'`
  const names = (found: readonly ServiceObject[]): string =>
    found.map(({ metadata }) => metadata.name).join(', ')
  if (wanted !== undefined) {
    const named = selecting.find(({ metadata }) => metadata.name === wanted)
    if (named) return named
    const isThere = services.some(({ metadata }) => metadata.name === wanted)
    throw refuse(
      `--service: the Service '${wanted}' ${isThere ? `does not select the pods of ${what}` : 'is not there'}; ` +
        `those that select them: ${names(selecting) || 'none'}`,
    )
  }
  const withAddress = selecting.filter(({ spec }) => spec.clusterIP !== 'None')
  const candidates = withAddress.length > 0 ? withAddress : selecting
  const [first, ...more] = candidates
  if (!first) {
    const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
    throw refuse(
      `no Service in the namespace '${workload.namespace}' selects the pods of ${what} (${text.join(', ')}); ` +
        'for workers that serve nothing pass --lanes jobs and --jobs-url',
    )
  }
  if (more.length > 0) {
    throw refuse(
      `${candidates.length} Services select the pods of ${what}; choose one with --service: ${names(candidates)}`,
    )
  }
  return first
}

function choosePort(
  service: ServiceObject,
  workload: Workload,
  { port: wanted }: ServiceChoice,
): ServicePort {
  const ports = (service.spec.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP')
  const list = ports
    .map(({ name, port }) => (name === undefined ? String(port) : `${port} (${name})`))
    .join(', ')
  if (wanted !== undefined) {
    const named = ports.find(({ name, port }) => name === wanted || String(port) === wanted)
    if (named) return named
    throw refuse(
      `--port: the Service '${service.metadata.name}' has no port '${wanted}'; it has: ${list || 'none'}`,
    )
  }
  const { containers } = workload.object.spec.template.spec
  const rules: readonly ((port: ServicePort) => boolean)[] = [
    () => true,
    ({ appProtocol }) => appProtocol !== undefined && httpProtocols.includes(appProtocol),
    ({ name = '' }) => httpNames.test(name),
    (port) => containers.some((container) => probePathOf(container, port) !== undefined),
  ]
  for (const rule of rules) {
    const [first, ...more] = ports.filter(rule)
    if (first && more.length === 0) return first
  }
  throw refuse(
    `the Service '${service.metadata.name}' has several ports; choose one with --port: ${list || 'it has none'}`,
  )
}

/** The port of the pods according to their template: the probed one, or else the first. */
export function podPort({ object }: Workload): string | number | undefined {
  const { containers } = object.spec.template.spec
  const probed = containers.map(({ readinessProbe }) => readinessProbe?.httpGet?.port)
  const listed = containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort))
  return [...probed, ...listed].find((port) => port !== undefined)
}

/** The path of a container's readiness probe, if the probe uses the port that the Service sends to. */
function probePathOf(
  { ports = [], readinessProbe }: Container,
  { port, targetPort = port }: ServicePort,
): string | undefined {
  const probe = readinessProbe?.httpGet
  if (!probe) return undefined
  const toNumber = (value: string | number): string | number =>
    ports.find(({ name }) => name === value)?.containerPort ?? value
  return toNumber(probe.port) === toNumber(targetPort) ? (probe.path ?? '/') : undefined
}

function refuse(problem: string): LastcallError {
  return new LastcallError('LASTCALL_SERVICE', [problem])
}
