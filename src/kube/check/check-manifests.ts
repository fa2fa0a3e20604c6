import { LastcallError } from '../../core/errors.ts'
import { findPod, type PodContext } from '../find-pod.ts'
import type { ManifestText } from '../patch-manifests.ts'
import type { KubeVersion } from '../kube-version.ts'
import { refuseEmptySelection } from '../refuse-selection.ts'
import { isSelected, type Selection } from '../select.ts'
import { findSettings } from '../settings.ts'
import type { Path } from '../yaml/plain.ts'
import { findWorkloads, HOOK, STRANGE, titleOf, UNKNOWN, type Workload } from '../workloads.ts'
import {
  type ManifestDocument,
  type ManifestPlace,
  placeText,
  readDocuments,
} from '../yaml/read-documents.ts'
import { checkEnv } from './env.ts'
import { gapsOf } from './gaps.ts'
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
  /** The line to change. */
  readonly place: ManifestPlace
}

/** An object or a field that was not checked, with its place in the files. */
export interface PlacedGap {
  /** The object or field, and why it was not checked. */
  readonly message: string
  readonly place: ManifestPlace
}

/** The result for one workload. */
export interface CheckedWorkload {
  /** Kind and name, as `deployment/shop`. */
  readonly workload: string
  /** Name of the container that serves. */
  readonly container: string
  /** Where the workload begins. */
  readonly place: ManifestPlace
  /** What loses or may lose requests, in the order of the rules. */
  readonly findings: readonly PlacedFinding[]
  /** Facts that the rules need and the manifest does not have. */
  readonly notChecked: readonly PlacedGap[]
}

/** The result of a check. */
export interface CheckedManifests {
  readonly workloads: readonly CheckedWorkload[]
  /** Objects that were left out although they may have pods. */
  readonly notChecked: readonly PlacedGap[]
}

/** The selection to check, and the cluster that it is for. */
export interface CheckWishes {
  readonly selection: Selection
  /** Name of the container that serves. */
  readonly container: string | undefined
  /** The oldest Kubernetes that the manifests are for; undefined for a current one. */
  readonly kubeVersion?: KubeVersion | undefined
}

/**
 * Looks for what would lose requests when pods of these workloads go away. Rules that share a name with a
 * check of the chart refuse the same things.
 * @throws LastcallError `LASTCALL_MANIFEST` when a text cannot be read, or it is not clear what serves
 */
export function checkManifests(texts: readonly ManifestText[], wishes: CheckWishes): CheckedManifests {
  const { selection, container, kubeVersion } = wishes
  const files = texts.map(({ name, text }) => readDocuments(name, text))
  refuseEmptySelection(files, selection)
  const documents = files.flatMap((file) => file.documents)
  const settings = findSettings(documents.map(({ value }) => value))
  const problems: string[] = []
  const workloads = documents.flatMap((document) =>
    findWorkloads(document.value)
      .known.filter((workload) => isSelected(workload, selection))
      .flatMap((workload) => {
        const result = checkWorkload(document, workload, { container, settings, kubeVersion })
        if (typeof result !== 'string') return [result]
        problems.push(`${placeText(document.placeOf(workload.podPath))}: ${titleOf(workload)}: ${result}`)
        return []
      }),
  )
  if (problems.length > 0) throw new LastcallError('LASTCALL_MANIFEST', problems)
  return { workloads, notChecked: documents.flatMap((document) => leftOutOf(document, selection)) }
}

function leftOutOf(document: ManifestDocument, selection: Selection): readonly PlacedGap[] {
  const { known, unknown, strange } = findWorkloads(document.value)
  const hooks = known.filter((workload) => workload.isHook && !isSelected(workload, selection))
  const gap = (path: Path, message: string): PlacedGap => ({ message, place: document.placeOf(path) })
  return [
    ...unknown.map(({ title, path }) => gap(path, `${title} ${UNKNOWN}`)),
    ...hooks.map((hook) => gap(hook.path, `${titleOf(hook)} ${HOOK}: name it with --name to check it`)),
    ...strange.map((path) => gap(path, STRANGE)),
  ]
}

interface CheckContext extends PodContext {
  readonly kubeVersion: KubeVersion | undefined
}

function checkWorkload(
  document: ManifestDocument,
  workload: Workload,
  context: CheckContext,
): CheckedWorkload | string {
  const { podPath } = workload
  const found = findPod(document.value, workload, context)
  if (typeof found === 'string') return found
  const { container } = found
  const pod = { workload, ...found, kubeVersion: context.kubeVersion }
  const findings = ruleIds.flatMap((rule) =>
    rules[rule](pod).map(({ certainty, message, path = container.path }) => ({
      rule,
      certainty,
      message,
      place: document.placeOf(rule === 'rollout' ? workload.path : [...podPath, ...path]),
    })),
  )
  return {
    workload: titleOf(workload),
    container: container.name,
    place: document.placeOf(workload.path),
    findings,
    notChecked: gapsOf(pod).map((message) => ({
      message,
      place: document.placeOf([...podPath, ...container.path]),
    })),
  }
}
