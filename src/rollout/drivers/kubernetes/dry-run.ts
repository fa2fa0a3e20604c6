import type { KubernetesOptions } from './kubernetes-options.ts'
import { jobManifest, otherManifests } from './manifests.ts'
import { permissionsFor, toText } from './permissions.ts'
import { planAgent } from './remote-agent.ts'

/** Everything that a run would create and do, as text for people. */
export function renderPlan(options: KubernetesOptions): string {
  const plan = planAgent(options)
  const { workload, destination } = options.found
  const kilobytes = Math.round(plan.bundle.byteLength / 1_000)
  const objects = [jobManifest(plan), ...otherManifests(plan)].map(({ object }) => {
    const shown = 'binaryData' in object ? { ...object, binaryData: `the agent, ${kilobytes} kB` } : object
    return JSON.stringify(shown, undefined, 2)
  })
  const permissions = permissionsFor(workload, options).map(
    (permission) => `  ${toText(permission)}: ${permission.why}`,
  )
  return [
    `lastcall would restart ${workload.kind} '${workload.name}' in the namespace '${workload.namespace}',`,
    `send load to ${destination.words}, and create:`,
    ...objects,
    'It needs these permissions, which you have:',
    ...permissions,
    '',
  ].join('\n')
}
