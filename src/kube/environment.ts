import { MAX_DURATION_MS } from '../core/defaults.ts'
import { parseDuration } from '../core/duration.ts'
import { variable } from '../core/option-names.ts'
import { type OptionRule, optionRules } from '../core/option-rules.ts'
import { isObject, type PlainObject, textOf, valueAt } from './yaml/plain.ts'

/** One entry of a container's `env`. */
export interface Variable {
  /** Undefined where the value is in another object (`valueFrom`). */
  readonly text: string | undefined
}

/** Every entry of this name. Kubernetes uses the last one. */
export function variablesNamed(container: PlainObject, name: string): readonly Variable[] {
  const { env } = container
  if (!Array.isArray(env)) return []
  return env.flatMap((entry: unknown): readonly Variable[] => {
    if (!isObject(entry) || entry['name'] !== name) return []
    const { value, valueFrom } = entry
    if (valueFrom !== undefined && valueFrom !== null) return [{ text: undefined }]
    return [{ text: textOf(value ?? '') }]
  })
}

const rules: ReadonlyMap<string, OptionRule> = new Map(
  Object.values(optionRules).flatMap((rule) => (rule.env === undefined ? [] : [[rule.env, rule]])),
)

/** Names of all variables that are options of the server, in the order of the options. */
export const optionVariables: readonly string[] = [...rules.keys()]

/** The text of an option; undefined when the server takes it as not set, or its value is not here. */
function optionText(container: PlainObject, name: string): string | undefined {
  return variable({ [name]: variablesNamed(container, name).at(-1)?.text }, name)
}

/** Why the server would refuse to start with this option, by its own rules; undefined when it starts. */
export function optionProblem(container: PlainObject, name: string): string | undefined {
  const text = optionText(container, name)
  const rule = rules.get(name)
  if (text === undefined || !rule || rule.accepts(rule.parse?.(text))) return undefined
  // In the code a plain number is milliseconds; a variable needs its unit.
  const wanted = rule.parse === parseDuration ? wantedDuration : rule.wanted
  return `${name} is '${text}', wanted ${wanted}`
}

const wantedDuration = `a duration such as 5s or 500ms, up to ${MAX_DURATION_MS}ms`

/**
 * A duration that a container is given, in milliseconds; undefined when it is not in the manifest, and a
 * sentence when it cannot be read.
 */
export function durationOf(container: PlainObject, name: string): number | string | undefined {
  const text = optionText(container, name)
  return text === undefined ? undefined : (optionProblem(container, name) ?? parseDuration(text))
}

/**
 * Port of the probe server, false for none; undefined when it is not in the manifest, and a sentence when it
 * cannot be read, or is none that a probe can name.
 */
export function probePortOf(container: PlainObject): number | false | string | undefined {
  const name = 'LASTCALL_PROBE_PORT'
  const text = optionText(container, name)
  if (text === undefined) return undefined
  if (text === 'false') return false
  const unnamed = Number(text) === 0 ? anyPortProblem : undefined
  return optionProblem(container, name) ?? unnamed ?? Number(text)
}

/** The server starts, and listens on another port each time. */
export const anyPortProblem =
  "LASTCALL_PROBE_PORT is '0', which means any free port, which no probe can name: wanted 1 to 65535, or false"

/**
 * Whether the environment of a container shows lastcall. The server's code may use it without that.
 */
export function hasLastcall(container: PlainObject): boolean {
  const { env } = container
  const names: readonly unknown[] = Array.isArray(env) ? env.map((entry) => valueAt(entry, ['name'])) : []
  const hasOption = names.some((name) => typeof name === 'string' && name.startsWith('LASTCALL_'))
  return hasOption || loadsAuto(variablesNamed(container, 'NODE_OPTIONS').at(-1)?.text)
}

/** Whether the value of a variable is in another object (`valueFrom`). */
export function isElsewhere(container: PlainObject, name: string): boolean {
  const last = variablesNamed(container, name).at(-1)
  return last !== undefined && last.text === undefined
}

/** Sentences for variables whose value is no text, such as a number without quotes: Kubernetes refuses it. */
export function unquotedValues(container: PlainObject, names: readonly string[]): readonly string[] {
  const { env } = container
  const entries: readonly unknown[] = Array.isArray(env) ? env : []
  return entries.flatMap((entry) => {
    const name = valueAt(entry, ['name'])
    const value = valueAt(entry, ['value']) ?? ''
    if (typeof name !== 'string' || !names.includes(name) || typeof value === 'string') return []
    return [`${name} is ${textOf(value)} without quotes, and Kubernetes takes only text: put it in quotes`]
  })
}

/** Whether NODE_OPTIONS with this value load lastcall into the process. */
export function loadsAuto(text: string | undefined): boolean {
  return text !== undefined && /lastcall[^ ]*\/auto/.test(text)
}
