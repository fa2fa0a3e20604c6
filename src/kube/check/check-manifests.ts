import { LastcallError } from '../../core/errors.ts'
import { findPod, type PodContext } from '../find-pod.ts'
import type { ManifestText } from '../patch-manifests.ts'
import { refuseEmptySelection } from '../refuse-selection.ts'
import { isSelected, type Selection } from '../select.ts'
import { findSettings } from '../settings.ts'
import { findWorkloads, titleOf, type Workload } from '../workloads.ts'
import {
  type ManifestDocument,
  type ManifestPlace,
  placeText,
  readDocuments,
} from '../yaml/read-documents.ts'
import { checkEnv } from './env.ts'
import { checkLifecycle } from './lifecycle.ts'
import { checkPorts, checkProbes } from './probes.ts'
import { checkAuto, checkCommand, checkSidecars } from './process.ts'
import { checkRollout } from './rollout.ts'
import type { Finding, Rule, RuleId } from './rule.ts'

/** Every rule, in the order of the report. */
const rules: Readonly<Record<RuleId, Rule>> = {
  lifecycle: checkLifecycle,
  env: checkEnv,
  ports: checkPorts,
  probes: checkProbes,
  auto: checkAuto,
  command: checkCommand,
  rollout: checkRollout,
  sidecars: checkSidecars,
}

/** Names of the rules. */
export const ruleIds = Object.keys(rules) as readonly RuleId[]

/** A finding with its place in the files. */
export interface PlacedFinding extends Pick<Finding, 'certainty' | 'message'> {
  readonly rule: RuleId
  readonly place: ManifestPlace
}

/** What was found about one workload. */
export interface CheckedWorkload {
  readonly workload: string
  readonly container: string
  readonly place: ManifestPlace
  readonly findings: readonly PlacedFinding[]
}

/**
 * Looks for what would lose requests when pods of these workloads go away. Rules that share a name with a
 * check of the chart refuse the same things.
 * @throws LastcallError `LASTCALL_MANIFEST` when a text cannot be read, or it is not clear what serves
 */
export function checkManifests(
  texts: readonly ManifestText[],
  selection: Selection,
  container: string | undefined,
): readonly CheckedWorkload[] {
  const files = texts.map(({ name, text }) => readDocuments(name, text))
  refuseEmptySelection(files, selection)
  const problems: string[] = []
  const settings = findSettings(files.flatMap(({ documents }) => documents.map(({ value }) => value)))
  const checked = files.flatMap(({ documents }) =>
    documents.flatMap((document) =>
      findWorkloads(document.value)
        .known.filter((workload) => isSelected(workload, selection))
        .flatMap((workload) => {
          const result = checkWorkload(document, workload, { container, settings })
          if (typeof result !== 'string') return [result]
          problems.push(`${placeText(document.placeOf(workload.podPath))}: ${titleOf(workload)}: ${result}`)
          return []
        }),
    ),
  )
  if (problems.length > 0) throw new LastcallError('LASTCALL_MANIFEST', problems)
  return checked
}

function checkWorkload(
  document: ManifestDocument,
  workload: Workload,
  context: PodContext,
): CheckedWorkload | string {
  const { podPath } = workload
  const found = findPod(document.value, workload, context)
  if (typeof found === 'string') return found
  const { container } = found
  const findings = ruleIds.flatMap((rule) =>
    rules[rule]({ workload, ...found }).map(({ certainty, message, path = container.path }) => ({
      rule,
      certainty,
      message,
      place: document.placeOf(rule === 'rollout' ? workload.path : [...podPath, ...path]),
    })),
  )
  const place = document.placeOf(workload.path)
  return { workload: titleOf(workload), container: container.name, place, findings }
}
