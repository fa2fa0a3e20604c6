import { chooseContainer, type Container, containersOf } from './containers.ts'
import { isObject, type Path, type PlainObject, valueAt } from './yaml/plain.ts'

/** A pod of a manifest. */
export interface FoundPod {
  readonly podSpec: PlainObject
  /** Everything that runs for as long as the pod does. */
  readonly all: readonly Container[]
  /** The one that serves. */
  readonly container: Container
}

/**
 * The pod whose spec is at a path; a sentence when there is none, or it is not clear which container serves.
 */
export function findPod(document: unknown, podPath: Path, asked: string | undefined): FoundPod | string {
  const podSpec = valueAt(document, podPath)
  if (!isObject(podSpec)) return `${podPath.join('.')} is missing: there is no pod`
  const all = containersOf(podSpec)
  if (typeof all === 'string') return all
  const metadata = valueAt(document, [...podPath.slice(0, -1), 'metadata'])
  const container = chooseContainer(all, asked, metadata)
  return typeof container === 'string' ? container : { podSpec, all, container }
}
