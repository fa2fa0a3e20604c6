import type { KubernetesOptions } from './kubernetes-options.ts'
import { jobManifest, otherManifests } from './manifests.ts'
import { unknownFromHere } from './observe-from.ts'
import { permissionsFor } from './permissions.ts'
import { toText } from './policy-rules.ts'
import { planAgent } from './remote-agent.ts'
import { triggers } from './triggers/triggers.ts'

/** Describes everything that a run would create and do. */
export function renderPlan(options: KubernetesOptions): string {
  const plan = planAgent(options)
  const { workload, destination, observeFrom } = options.found
  const notes = [...options.found.notes, ...(observeFrom === 'here' ? unknownFromHere() : [])]
  const kilobytes = Math.round(plan.bundle.byteLength / 1_000)
  const objects = [jobManifest(plan), ...otherManifests(plan)].map(({ object }) => {
    const shown = 'binaryData' in object ? { ...object, binaryData: `the agent, ${kilobytes} kB` } : object
    return JSON.stringify(shown, undefined, 2)
  })
  const permissions = permissionsFor(workload, { ...options, observeFrom }).map(
    (permission) => `  ${toText(permission)}: ${permission.why}`,
  )
  return [
    `In the namespace '${workload.namespace}' lastcall would ` +
      `${triggers[options.trigger].does(`${workload.kind} '${workload.name}'`, options)},`,
    `send load to ${destination.words}, and create:`,
    ...objects,
    ...renderOperations(options),
    'It needs these permissions, which you have:',
    ...permissions,
    ...(notes.length > 0 ? ['Notes:', ...notes.map((note) => `  ${note}`)] : []),
    '',
  ].join('\n')
}

function renderOperations({ load }: KubernetesOptions): readonly string[] {
  const requests = Object.values(load.requests).flat()
  const lines = requests
    .filter(({ operation }) => operation !== undefined)
    .map(({ method, path }) => `  ${method} ${path}`)
  return lines.length > 0 ? ['The load sends these operations, in turn:', ...new Set(lines)] : []
}
