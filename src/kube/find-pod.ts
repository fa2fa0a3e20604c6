import { inheritedBy, type SettingsObject } from './settings.ts'
import type { Workload } from './workloads.ts'
import { chooseContainer, type Container, containersOf } from './containers.ts'
import { isObject, type PlainObject, valueAt } from './yaml/plain.ts'

/** A pod of a manifest. */
export interface FoundPod {
  readonly podSpec: PlainObject
  /** Everything that runs for as long as the pod does. */
  readonly all: readonly Container[]
  /** The one that serves. */
  readonly container: Container
}

/** What is needed to read a pod. */
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
