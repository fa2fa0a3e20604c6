import { hasLastcall, probePortOf } from '../environment.ts'
import { findProbePort } from '../probe-port.ts'
import { probeNames } from '../probes.ts'
import * as defaults from '../../core/defaults.ts'
import { isObject, type PlainObject, valueAt } from '../yaml/plain.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

/** Whether requests wait until the server is ready, and what the probes ask. */
export function checkProbes({ workload, container: { value, path } }: CheckedPod): readonly Finding[] {
  if (workload.isJob) return []
  const readiness = value['readinessProbe']
  return [
    ...(isObject(readiness)
      ? readinessFindings(readiness, [...path, 'readinessProbe'])
      : [loses('there is no readinessProbe, so a new pod gets requests before its server listens: add one')]),
    ...probeNames.flatMap((name) => portFindings(value, name, [...path, name])),
  ]
}

/** Whether the probe server can have its port. */
export function checkPorts({ workload, container, all }: CheckedPod): readonly Finding[] {
  const port = probePortOf(container.value) ?? defaults.DEFAULT_PROBE_PORT
  if (workload.isJob || typeof port !== 'number' || !hasLastcall(container.value)) return []
  const found = findProbePort(container, all, port)
  return typeof found === 'string' ? [loses(found)] : []
}

function readinessFindings(probe: PlainObject, path: readonly (string | number)[]): readonly Finding[] {
  const asked = valueAt(probe, ['httpGet', 'path'])
  const isLivez = asked === '/livez'
  const remedy = 'ask /readyz'
  return [
    ...(isLivez
      ? [mayLose(`the readinessProbe asks /livez, which stays green during the shutdown: ${remedy}`, path)]
      : []),
    ...(isObject(probe['exec'])
      ? [
          mayLose(
            'the readinessProbe is a command: on a terminating pod of Kubernetes 1.35 it reports nothing (kubernetes/kubernetes#140881); use httpGet',
            path,
          ),
        ]
      : []),
  ]
}

/** A probe of a port that does not exist fails for ever. */
function portFindings(
  container: PlainObject,
  name: string,
  path: readonly (string | number)[],
): readonly Finding[] {
  const probe = container[name]
  const port = ['httpGet', 'tcpSocket', 'grpc'].map((how) => valueAt(probe, [how, 'port'])).find(Boolean)
  const ports: readonly unknown[] = Array.isArray(container['ports']) ? container['ports'] : []
  if (typeof port !== 'string' || /^\d+$/.test(port)) return []
  if (ports.some((one) => valueAt(one, ['name']) === port)) return []
  return [
    loses(`the ${name} asks the port named ${port}, and the container has none of that name: add it`, path),
  ]
}
