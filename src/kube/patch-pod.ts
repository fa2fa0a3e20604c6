import type { Container } from './containers.ts'
import { isElsewhere, optionProblem, optionVariables, unquotedValues, variablesNamed } from './environment.ts'
import type { Remarks } from './findings.ts'
import { withAuto } from './node-options.ts'
import { type AskedNumbers, type Numbers, resolveNumbers } from './numbers.ts'
import { findPod, type FoundPod } from './find-pod.ts'
import { findProbePort } from './probe-port.ts'
import { probeNames } from './probes.ts'
import type { SettingsObject } from './settings.ts'
import { environmentOf, isSame, settingNames, type PodDecisions, writePod } from './write-pod.ts'
import { isObject, type PlainObject } from './yaml/plain.ts'
import type { Workload } from './workloads.ts'

/** The user's wishes for every pod. */
export interface PodWishes {
  readonly asked: AskedNumbers
  /** Name of the container that serves. */
  readonly container?: string | undefined
  /** Whether NODE_OPTIONS load lastcall. */
  readonly auto: boolean
}

/** The input of a patch of one pod. */
export interface PodPatch {
  readonly wishes: PodWishes
  /** ConfigMaps and Secrets of all files. */
  readonly settings: readonly SettingsObject[]
  readonly remarks: Remarks
}

/** The result for one pod, for the summary. */
export interface PatchedPod {
  readonly container: string
  readonly numbers: Numbers
}

/**
 * Changes the pod of a workload in a copy of the document. Where something prevents that, it adds problems to
 * the remarks and changes nothing.
 */
export function patchPod(
  document: unknown,
  workload: Workload,
  { wishes, settings, remarks }: PodPatch,
): PatchedPod | undefined {
  const { podPath, isJob } = workload
  const found = findPod(document, workload, { container: wishes.container, settings })
  if (typeof found === 'string') {
    remarks.problems.push({ path: podPath, message: found })
    return undefined
  }
  const { podSpec, container } = found
  const { problems, notes, decisions } = decide(found, isJob, wishes)
  const path = [...podPath, ...container.path]
  for (const message of problems) remarks.problems.push({ path, message })
  if (decisions === undefined) return undefined
  for (const message of notes) remarks.notes.push({ path, message })
  writePod(podSpec, container, decisions)
  return { container: container.name, numbers: decisions.numbers }
}

interface Decision {
  readonly numbers: Numbers
  readonly isJob: boolean
}

interface Decided {
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  /** Undefined when there are problems. */
  readonly decisions: PodDecisions | undefined
}

function decide({ podSpec, container, all }: FoundPod, isJob: boolean, wishes: PodWishes): Decided {
  const others = all.filter((one) => one !== container)
  const { asked } = wishes
  const resolved = resolveNumbers({ podSpec, container: container.value, others, isJob, asked })
  const { numbers } = resolved
  const problems = [...shapeProblems(container.value), ...resolved.problems]
  const notes = [
    ...resolved.notes,
    ...changedNumbers(container, numbers),
    ...notesOn(container, wishes, { numbers, isJob }),
  ]
  const hasProbes = !isJob && numbers.probePort !== false
  const probePort = hasProbes ? findProbePort(container, all, Number(numbers.probePort)) : undefined
  const nodeOptions = wishes.auto && !isJob ? withAuto(container.value) : undefined
  for (const part of [probePort, nodeOptions]) if (typeof part === 'string') problems.push(part)
  if (problems.length > 0 || typeof probePort === 'string' || typeof nodeOptions === 'string') {
    return { problems, notes, decisions: undefined }
  }
  return { problems, notes, decisions: { numbers, probePort, nodeOptions: nodeOptions?.value } }
}

/** Parts of the container that have an unexpected shape, so that nothing can be added to them. */
function shapeProblems(container: PlainObject): readonly string[] {
  const lists = ['env', 'ports'].filter((key) => !isListOrNothing(container[key]))
  const maps = ['lifecycle', ...probeNames].filter((key) => !isObject(container[key] ?? {}))
  const names = ['NODE_OPTIONS', ...optionVariables]
  const twice = names.filter((name) => variablesNamed(container, name).length > 1)
  const elsewhere = settingNames.filter((name) => isElsewhere(container, name))
  // The patch reads or replaces the others.
  const kept = optionVariables.filter((name) => !settingNames.includes(name))
  return [
    ...lists.map((key) => `${key} is no list`),
    ...maps.map((key) => `${key} has no keys`),
    ...twice.map((name) => `env has ${name} more than once: leave one of them`),
    ...unquotedValues(container, names),
    ...kept.flatMap((name) => optionProblem(container, name) ?? []),
    ...elsewhere.map((name) => `${name} has a valueFrom, which lastcall does not follow: give it a value`),
  ]
}

const isListOrNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.every(isObject))

/** Numbers of the manifest that are wrong, or that a flag changes. */
function changedNumbers({ value }: Container, numbers: Numbers): readonly string[] {
  return Object.entries(environmentOf(numbers)).flatMap(([name, wanted]) => {
    const text = variablesNamed(value, name).at(-1)?.text ?? ''
    return text === '' || isSame(text, wanted) ? [] : [`${name} was ${text} and becomes ${wanted}`]
  })
}

/** Settings that the patch hides from the process, or does not add. */
function notesOn(container: Container, { auto }: PodWishes, decided: Decision): readonly string[] {
  const { value, unseen } = container
  const added = Object.keys(environmentOf(decided.numbers)).filter(
    (name) => variablesNamed(value, name).length === 0,
  )
  const isNew = auto && !decided.isJob && variablesNamed(value, 'NODE_OPTIONS').length === 0
  return [
    ...(auto && decided.isJob ? [autoJobNote] : []),
    ...(unseen.length > 0 && added.length > 0 ? [unseenNote(unseen)] : []),
    ...(isNew ? [nodeOptionsNote(Array.isArray(value['envFrom']))] : []),
  ]
}

const autoJobNote =
  'a job serves no requests, so its NODE_OPTIONS stay: lastcall/auto would end it with exit code 0 at SIGTERM'

function unseenNote(unseen: readonly string[]): string {
  const who = `envFrom reads ${unseen.join(' and ')}, which these files do not have`
  const what = 'LASTCALL_* variables from there have no effect any more, because env has precedence'
  return `${who}: ${what}; add the file that has it, or give its numbers with flags`
}

function nodeOptionsNote(hasEnvFrom: boolean): string {
  const where = hasEnvFrom ? 'of the image (ENV) and of envFrom' : 'of the image (ENV)'
  const remedy = 'if there are any, put them in front of --import'
  return `env now has NODE_OPTIONS, which replace those ${where}: ${remedy}`
}
