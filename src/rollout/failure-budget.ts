import type { LaneName } from '../load/sample.ts'

/** A number of requests, or a percentage of them. */
export type Allowance = { readonly most: number } | { readonly percent: number }

/** The number of requests of a lane that may fail without failing the run. */
export interface FailureBudget {
  /** Undefined: all lanes without their own budget. */
  readonly lane?: LaneName
  readonly allowance: Allowance
}

/** Request counts of one lane. */
interface LaneCounts {
  readonly lane: LaneName
  readonly requests: number
  readonly failed: number
}

/** The budget of a lane: its own, or the general one. Undefined: no request may fail. */
export function budgetOf(budgets: readonly FailureBudget[], lane: LaneName): Allowance | undefined {
  const own = budgets.find((budget) => budget.lane === lane)
  return (own ?? budgets.find((budget) => budget.lane === undefined))?.allowance
}

/** Whether the failures of a lane are within its budget. */
export function isWithinBudget(
  budgets: readonly FailureBudget[],
  { lane, requests, failed }: LaneCounts,
): boolean {
  const allowance = budgetOf(budgets, lane)
  return failed <= (allowance === undefined ? 0 : mostOf(allowance, requests))
}

/** Converts an allowance to whole requests. */
export function mostOf(allowance: Allowance, requests: number): number {
  if ('most' in allowance) return allowance.most
  // Without the small number, 2.3 % of 3,000 would be 68.99999999999999 instead of 69.
  return Math.floor((requests * allowance.percent) / 100 + 1e-9)
}

/** `0.1 %`, `3`. */
export function describeAllowance(allowance: Allowance): string {
  return 'most' in allowance ? String(allowance.most) : `${allowance.percent} %`
}

/** Reads `3` or `0.1%`; undefined for anything else. */
export function parseAllowance(text: string): Allowance | undefined {
  if (/^\d{1,9}$/.test(text)) return { most: Number(text) }
  const percent = Number(/^(\d{1,3}(?:\.\d+)?)%$/.exec(text)?.[1] ?? Number.NaN)
  return percent <= 100 ? { percent } : undefined
}
