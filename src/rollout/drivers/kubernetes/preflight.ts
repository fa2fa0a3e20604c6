import { LastcallError } from '../../../core/errors.ts'
import type { Target } from '../../../load/sample.ts'
import type { ApiClient } from './api/client.ts'
import type { ObserveFrom } from './observe-from.ts'
import { checkPermissions, type PermissionChoice } from './permission-check.ts'
import { findService, podPort, type ServiceChoice, type ServiceTarget } from './service.ts'
import { readSurroundings } from './surroundings.ts'
import { triggers } from './triggers/triggers.ts'
import { findWorkload, type Workload, workloadProblems } from './workload.ts'

/** The workload to roll out, as the user named it. */
export interface RolloutChoice extends ServiceChoice, PermissionChoice {
  /** Destination instead of the Service: an Ingress or a Gateway. */
  readonly url: Destination | undefined
  /** The producer of jobs, when the load sends nothing to the pods; undefined for all other loads. */
  readonly producer?: Destination | undefined
  /** The image that the trigger `image` sets. */
  readonly toImage?: string | undefined
}

/** Destination of the load. */
export interface Destination {
  /** For the user: the URL, or the Service and its port. */
  readonly words: string
  readonly target: Target
}

/** Everything that the run has to know before it creates anything. */
export interface Preflight {
  readonly workload: Workload
  readonly destination: Destination
  /**
   * The Service whose endpoints are observed. Undefined with a URL or producer if no single Service selects
   * the pods.
   */
  readonly service: ServiceTarget | undefined
  /** Whether the observer contacts the pods themselves; workers may not listen. */
  readonly asksPods: boolean
  /** Port on which the pods listen: a number or the name of a container port. */
  readonly targetPort: string | number | undefined
  readonly observeFrom: ObserveFrom
  /** Hints for the user that do not prevent the run. */
  readonly notes: readonly string[]
}

/**
 * Checks whether the run is possible, and changes nothing.
 * @throws LastcallError `LASTCALL_PERMISSION`, `LASTCALL_WORKLOAD`, `LASTCALL_SERVICE`
 */
export async function preflight(api: ApiClient, choice: RolloutChoice): Promise<Preflight> {
  const { observeFrom, notes } = await checkPermissions(api, choice)
  const workload = await findWorkload(api, choice.namespace, choice.workload)
  const place = await findPlace(api, workload, choice)
  const { trigger, toImage } = choice
  const surroundings = await readSurroundings(api, workload, trigger)
  const settings = { toImage, targetPort: place.targetPort }
  const problems = [
    ...workloadProblems(workload, trigger),
    ...(await triggers[trigger].problems(workload, api, settings)),
    ...surroundings.problems,
  ]
  if (problems.length > 0) throw new LastcallError('LASTCALL_WORKLOAD', problems)
  return { workload, ...place, observeFrom, notes: [...notes, ...surroundings.notes] }
}

/** The destination of the load, and the Service behind it. */
async function findPlace(
  api: ApiClient,
  workload: Workload,
  choice: RolloutChoice,
): Promise<Pick<Preflight, 'service' | 'destination' | 'targetPort' | 'asksPods'>> {
  const { url, producer } = choice
  const asksPods = producer === undefined
  const destination = producer ?? url
  if (destination) {
    const service = await maybeService(api, workload, choice)
    return { service, destination, targetPort: service?.targetPort ?? podPort(workload), asksPods }
  }
  const service = await findService(api, workload, choice)
  const { address: host, port, http2Port, targetPort } = service
  const target = { host, port, ...(http2Port !== undefined && { http2Port }) }
  const words = `the Service ${service.service}, port ${port}`
  return { service, destination: { words, target }, targetPort, asksPods }
}

/** The Service, if it is only observed. If the user named one, it must exist. */
async function maybeService(
  api: ApiClient,
  workload: Workload,
  choice: RolloutChoice,
): Promise<ServiceTarget | undefined> {
  try {
    return await findService(api, workload, choice)
  } catch (error) {
    const isNamed = choice.service !== undefined || choice.port !== undefined
    if (!isNamed && error instanceof LastcallError && error.code === 'LASTCALL_SERVICE') return undefined
    throw error
  }
}
