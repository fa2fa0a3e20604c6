import type { Container } from './containers.ts'
import { variablesNamed } from './environment.ts'
import type { Remarks } from './findings.ts'
import { withAuto } from './node-options.ts'
import { type AskedNumbers, type Numbers, resolveNumbers } from './numbers.ts'
import { findPod, type FoundPod } from './find-pod.ts'
import { findProbePort } from './probe-port.ts'
import { probeNames } from './probes.ts'
import { environmentOf, isSame, type PodDecisions, writePod } from './write-pod.ts'
import { isObject, type PlainObject } from './yaml/plain.ts'
import type { Workload } from './workloads.ts'

/** What is asked for every pod. */
export interface PodWishes {
  readonly asked: AskedNumbers
  readonly container?: string | undefined
  /** Whether NODE_OPTIONS load lastcall. */
  readonly auto: boolean
}

/** What was done to a pod, for the summary. */
export interface PatchedPod {
  readonly container: string
  readonly numbers: Numbers
}

/**
 * Changes the pod of a workload within a document, which is a copy of the reader's. What stands in the way is
 * added to the remarks, and then nothing was changed.
 */
export function patchPod(
  document: unknown,
  workload: Workload,
  wishes: PodWishes,
  remarks: Remarks,
): PatchedPod | undefined {
  const { podPath, isJob } = workload
  const found = findPod(document, podPath, wishes.container)
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
  writePod(podSpec, container.value, decisions)
  return { container: container.name, numbers: decisions.numbers }
}

interface Decided {
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  /** Undefined when there are problems. */
  readonly decisions: PodDecisions | undefined
}

function decide({ podSpec, container, all }: FoundPod, isJob: boolean, wishes: PodWishes): Decided {
  const resolved = resolveNumbers({ podSpec, container: container.value, isJob, asked: wishes.asked })
  const { numbers } = resolved
  const problems = [...shapeProblems(container.value), ...resolved.problems]
  const notes = [
    ...resolved.notes,
    ...changedNumbers(container, numbers),
    ...notesOn(container, wishes, isJob),
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

/** What would have to be understood before something can be added to it. */
function shapeProblems(container: PlainObject): readonly string[] {
  const lists = ['env', 'ports'].filter((key) => !isListOrNothing(container[key]))
  const maps = ['lifecycle', ...probeNames].filter((key) => !isObject(container[key] ?? {}))
  const names = ['LASTCALL_PROBE_PORT', 'NODE_OPTIONS', ...Object.keys(environmentOf({} as Numbers))]
  const twice = [...new Set(names)].filter((name) => variablesNamed(container, name).length > 1)
  return [
    ...lists.map((key) => `${key} is no list`),
    ...maps.map((key) => `${key} has no keys`),
    ...twice.map((name) => `env has ${name} more than once: leave one of them`),
  ]
}

const isListOrNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.every(isObject))

/** Numbers that the manifest says and that are not true, or were asked for otherwise. */
function changedNumbers({ value }: Container, numbers: Numbers): readonly string[] {
  return Object.entries(environmentOf(numbers)).flatMap(([name, wanted]) => {
    const text = variablesNamed(value, name).at(-1)?.text ?? ''
    return text === '' || isSame(text, wanted) ? [] : [`${name} was ${text} and becomes ${wanted}`]
  })
}

function notesOn({ name, value }: Container, { auto }: PodWishes, isJob: boolean): readonly string[] {
  const isAutoJob = auto && isJob
  const hidden =
    auto && !isJob && Array.isArray(value['envFrom']) && variablesNamed(value, 'NODE_OPTIONS').length === 0
  return [
    ...(isAutoJob
      ? [
          'a job serves no requests, so NODE_OPTIONS are left alone: lastcall/auto would end it with 0 at SIGTERM',
        ]
      : []),
    ...(hidden
      ? [
          `container ${name} has envFrom: NODE_OPTIONS from there would be replaced, so put them into env as well`,
        ]
      : []),
  ]
}
