import { inheritedBy, type SettingsObject } from './settings.ts'
import type { Workload } from './workloads.ts'
import { chooseContainer, type Container, containersOf } from './containers.ts'
import { isObject, type PlainObject, valueAt } from './yaml/plain.ts'

/** A pod of a manifest. */
export interface FoundPod {
  readonly podSpec: PlainObject
  /** Every container that runs as long as the pod. */
  readonly all: readonly Container[]
  /** The container that serves. */
  readonly container: Container
}

/** The context that is needed to read a pod. */
export interface PodContext {
  /** Name of the container that serves, where it is given. */
  readonly container: string | undefined
  /** ConfigMaps and Secrets of the files. */
  readonly settings: readonly SettingsObject[]
}

/**
 * The pod of a workload; a sentence when there is none, or it is not clear which container serves.
 */
export function findPod(
  document: unknown,
  { podPath, namespace }: Workload,
  { container: asked, settings }: PodContext,
): FoundPod | string {
  const podSpec = valueAt(document, podPath)
  if (!isObject(podSpec)) return `${podPath.join('.')} is missing: there is no pod`
  const all = containersOf(podSpec, (one) => inheritedBy(one, settings, namespace))
  if (typeof all === 'string') return all
  const metadata = valueAt(document, [...podPath.slice(0, -1), 'metadata'])
  const container = chooseContainer(all, asked, metadata)
  return typeof container === 'string' ? container : { podSpec, all, container }
}
