import { titleOf, type Workload } from './workloads.ts'

/** The workloads that the user selected. */
export interface Selection {
  /** `shop` or `deployment/shop`; none for all. */
  readonly names: readonly string[]
  /** The labels of the workload have to meet each of them. */
  readonly requirements: readonly Requirement[]
}

/** One part of a label selector: `tier=web`, `tier!=web`, `tier`, `!tier`. */
export interface Requirement {
  readonly key: string
  readonly operator: '=' | '!=' | 'exists' | 'absent'
  readonly value?: string
}

/** Reads a selector as `kubectl -l` takes it, but for sets (`in (a, b)`); undefined when it is none. */
export function parseSelector(text: string): readonly Requirement[] | undefined {
  const parts = text.split(',').map((part) => parseRequirement(part.trim()))
  return parts.every((part) => part !== undefined) ? parts : undefined
}

function parseRequirement(text: string): Requirement | undefined {
  const [, not, key = '', operator, value] = /^(!)?([\w./-]+)(?:\s*(==?|!=)\s*([\w.-]*))?$/.exec(text) ?? []
  if (key === '' || (not && operator)) return undefined
  if (operator === undefined) return { key, operator: not ? 'absent' : 'exists' }
  return { key, operator: operator === '!=' ? '!=' : '=', value: value ?? '' }
}

/** Whether a workload is selected. A hook serves no clients, so the user has to name it. */
export function isSelected(workload: Workload, { names, requirements }: Selection): boolean {
  if (workload.isHook && names.length === 0) return false
  const isNamed = names.length === 0 || names.some((name) => isCalled(workload, name))
  return isNamed && requirements.every((one) => isMet(one, workload.labels))
}

/** Whether `shop` or `deployment/shop` names this workload. */
export function isCalled(workload: Workload, name: string): boolean {
  return name === workload.name || name.toLowerCase() === titleOf(workload).toLowerCase()
}

function isMet({ key, operator, value }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const label = Object.hasOwn(labels, key) ? String(labels[key]) : undefined
  if (operator === 'exists') return label !== undefined
  if (operator === 'absent') return label === undefined
  return operator === '=' ? label === value : label !== value
}
