import { variablesNamed } from './environment.ts'
import type { Container } from './containers.ts'
import { isObject, type PlainObject, valueAt } from './yaml/plain.ts'

/** Name of the port, as in the chart. */
export const PORT_NAME = 'probes'

/** Where the probes of a container go. */
export interface ProbePort {
  /** The port of the probes: its name where it has one. */
  readonly target: string | number
  /** Whether the port has to be added to the container. */
  readonly isMissing: boolean
}

interface Port {
  readonly container: string
  readonly name: string | undefined
  readonly number: unknown
}

/** Every port of some containers. They share one network, so no number can be used twice. */
function portsOf(containers: readonly Container[]): readonly Port[] {
  return containers.flatMap(({ name: container, value }) => {
    const ports: readonly unknown[] = Array.isArray(value['ports']) ? value['ports'] : []
    return ports.filter(isObject).map((port): Port => ({
      container,
      name: typeof port['name'] === 'string' ? port['name'] : undefined,
      number: port['containerPort'],
    }))
  })
}

/**
 * Whether a container names no port but that of the probes, as a worker does. Kubernetes does not need a port
 * to be named, so such a container may serve all the same.
 */
export function namesNoPort(container: Container['value']): boolean {
  const ports: readonly unknown[] = Array.isArray(container['ports']) ? container['ports'] : []
  return ports.every((port) => {
    const number = valueAt(port, ['containerPort'])
    return valueAt(port, ['name']) === PORT_NAME || isToldToUse(container, Number(number))
  })
}

/** Where the probes of a container go; a sentence when its port is not free. */
export function findProbePort(
  { name: container, value }: Container,
  all: readonly Container[],
  port: number,
): ProbePort | string {
  const same = portsOf(all).find(({ number }) => number === port)
  const called = portsOf(all).find(({ name }) => name === PORT_NAME)
  const remedy = 'choose another number with --probe-port'
  if (same) {
    const isOwn = same.container === container && (same.name === PORT_NAME || isToldToUse(value, port))
    if (isOwn) return { target: same.name ?? port, isMissing: false }
    const words = same.name === undefined ? '' : ` (${same.name})`
    const taken = `port ${port}${words} of container ${same.container}`
    return `${taken} is the one that the probe server would listen on: ${remedy}`
  }
  if (called) {
    const named = `container ${called.container} has a port named ${PORT_NAME}`
    const numbers = `with the number ${String(called.number)}, and the probe server would listen on ${port}`
    return `${named} ${numbers}: rename the port, or ${remedy}`
  }
  const own = variablesNamed(value, 'PORT').at(-1)?.text
  if (own === String(port)) return `PORT and the port of the probe server are both ${port}: ${remedy}`
  return { target: PORT_NAME, isMissing: true }
}

const isToldToUse = (container: PlainObject, port: number): boolean =>
  variablesNamed(container, 'LASTCALL_PROBE_PORT').at(-1)?.text === String(port)
