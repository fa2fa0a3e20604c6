import type { LaneName } from '../load/sample.ts'

/** So many requests, or so many of a hundred. */
export type Allowance = { readonly most: number } | { readonly percent: number }

/** How many requests of a lane may fail without failing the run. */
export interface FailureBudget {
  /** Undefined: every lane that has no budget of its own. */
  readonly lane?: LaneName
  readonly allowance: Allowance
}

/** Requests of one lane. */
interface LaneCounts {
  readonly lane: LaneName
  readonly requests: number
  readonly failed: number
}

/** The budget of a lane: its own, or the one of all lanes. Undefined: nothing may fail. */
export function budgetOf(budgets: readonly FailureBudget[], lane: LaneName): Allowance | undefined {
  const own = budgets.find((budget) => budget.lane === lane)
  return (own ?? budgets.find((budget) => budget.lane === undefined))?.allowance
}

/** Whether no more of a lane failed than may. */
export function isWithinBudget(
  budgets: readonly FailureBudget[],
  { lane, requests, failed }: LaneCounts,
): boolean {
  const allowance = budgetOf(budgets, lane)
  return failed <= (allowance === undefined ? 0 : mostOf(allowance, requests))
}

/** Whole requests that an allowance is. */
export function mostOf(allowance: Allowance, requests: number): number {
  if ('most' in allowance) return allowance.most
  // 2.3 % of 3,000 is 69, and not 68.99999999999999.
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
