import { hasLastcall, probePortOf } from '../environment.ts'
import { findProbePort, namesNoPort } from '../probe-port.ts'
import { probeNames, startSecondsOf } from '../probes.ts'
import * as defaults from '../../core/defaults.ts'
import { isObject, type Path, type PlainObject, valueAt } from '../yaml/plain.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

/** Whether requests wait until the server is ready, and what the probes ask. */
export function checkProbes({ workload, container: { value, path } }: CheckedPod): readonly Finding[] {
  if (workload.isJob) return []
  const readiness = value['readinessProbe']
  return [
    ...(isObject(readiness)
      ? readinessFindings(readiness, [...path, 'readinessProbe'])
      : [missingReadiness(value)]),
    ...startupFindings(value, [...path, 'startupProbe']),
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

function missingReadiness(container: PlainObject): Finding {
  const harm = 'a new pod gets requests before its server listens: add one'
  if (!namesNoPort(container)) return loses(`there is no readinessProbe, so ${harm}`)
  return mayLose(`there is no readinessProbe, so if it serves requests, ${harm}`)
}

function readinessFindings(probe: PlainObject, path: Path): readonly Finding[] {
  const asked = valueAt(probe, ['httpGet', 'path'])
  const isLivez = asked === '/livez'
  const livez = 'the readinessProbe asks /livez, which stays green during the shutdown: ask /readyz'
  const harm = 'on a terminating pod of Kubernetes 1.35 it reports nothing (kubernetes/kubernetes#140881)'
  return [
    ...(isLivez ? [mayLose(livez, path)] : []),
    ...(isObject(probe['exec'])
      ? [mayLose(`the readinessProbe is a command: ${harm}; use httpGet`, path)]
      : []),
  ]
}

/** A startup probe ends the container, also where the other probes expect a longer start. */
function startupFindings(container: PlainObject, path: Path): readonly Finding[] {
  const { startupProbe } = container
  if (!isObject(startupProbe)) return []
  const allowed = startSecondsOf(startupProbe)
  const own = Math.max(delayOf(container['livenessProbe']), delayOf(container['readinessProbe']))
  if (allowed >= own) return []
  const said = `the startupProbe ends the container after ${allowed} s`
  return [
    mayLose(`${said}, and its other probes wait ${own} s for the start: raise its failureThreshold`, path),
  ]
}

/** Seconds until a probe begins; 0 where that is no number. */
function delayOf(probe: unknown): number {
  const seconds = valueAt(probe, ['initialDelaySeconds'])
  return typeof seconds === 'number' ? seconds : 0
}

/** A probe of a port that does not exist always fails. */
function portFindings(container: PlainObject, name: string, path: Path): readonly Finding[] {
  const probe = container[name]
  const port = ['httpGet', 'tcpSocket', 'grpc'].map((how) => valueAt(probe, [how, 'port'])).find(Boolean)
  const ports: readonly unknown[] = Array.isArray(container['ports']) ? container['ports'] : []
  if (typeof port !== 'string' || /^\d+$/.test(port)) return []
  if (ports.some((one) => valueAt(one, ['name']) === port)) return []
  return [
    loses(`the ${name} asks the port named ${port}, and the container has none of that name: add it`, path),
  ]
}
