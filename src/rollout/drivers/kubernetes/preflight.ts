import { LastcallError } from '../../../core/errors.ts'
import type { Target } from '../../../load/sample.ts'
import type { ApiClient } from './api/client.ts'
import type { ObserveFrom } from './observe-from.ts'
import { checkPermissions, type PermissionChoice } from './permission-check.ts'
import { findService, podPort, type ServiceChoice, type ServiceTarget } from './service.ts'
import { readSurroundings } from './surroundings.ts'
import { triggers } from './triggers/triggers.ts'
import { findWorkload, type Workload, workloadProblems } from './workload.ts'

/** What is to be rolled out, as the user named it. */
export interface RolloutChoice extends ServiceChoice, PermissionChoice {
  /** Where to send instead of to the Service: to an Ingress, or a Gateway. */
  readonly url: Destination | undefined
  /** Who takes the jobs for the workers, where nothing is sent to the pods; undefined for all other loads. */
  readonly producer?: Destination | undefined
  /** What the trigger `image` changes to. */
  readonly toImage?: string | undefined
}

/** Where the load goes. */
export interface Destination {
  /** For people: the URL, or the Service and its port. */
  readonly words: string
  readonly target: Target
}

/** Everything that has to be known before anything is created. */
export interface Preflight {
  readonly workload: Workload
  readonly destination: Destination
  /**
   * The Service whose endpoints are observed; undefined beside a URL or a producer where no single one
   * selects the pods.
   */
  readonly service: ServiceTarget | undefined
  /** Whether the pods themselves are asked; workers need not listen. */
  readonly asksPods: boolean
  /** The port on which the pods listen, a number or the name of a container's port. */
  readonly targetPort: string | number | undefined
  readonly observeFrom: ObserveFrom
  /** What a person should know; nothing of it is in the way. */
  readonly notes: readonly string[]
}

/**
 * Looks whether the run can be done, and changes nothing.
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

/** Where the load goes, and what is behind that. */
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

/** The Service, where it is only observed; one that the user named has to be there. */
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
