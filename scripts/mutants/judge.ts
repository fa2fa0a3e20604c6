import { buildTestsOf } from './candidates.ts'
import { describeChange } from './equivalent.ts'
import { applyMutant, type Mutant } from './operators.ts'
import { passes } from './run-test.ts'
import type { Scratch } from './scratch.ts'

/** What became of a mutant. */
export interface Judgement {
  readonly mutant: Mutant
  readonly was: string
  readonly becomes: string
  /**
   * `survived` within the budget; `untyped` when the type check refuses it, so that it could not have been
   * committed.
   */
  readonly outcome: 'killed' | 'survived' | 'untyped'
  /** The test file that noticed. */
  readonly by?: string
  readonly seconds: number
}

/**
 * Changes the file in the scratch copy and runs the tests that can notice, until one does or the budget is
 * used up.
 */
export async function judge(
  scratch: Scratch,
  mutant: Mutant,
  tests: readonly string[],
  budgetMs: number,
): Promise<Judgement> {
  const text = scratch.read(mutant.file)
  const began = performance.now()
  const change = describeChange(mutant, text)
  const settle = (outcome: Judgement['outcome'], by?: string): Judgement => {
    const seconds = (performance.now() - began) / 1_000
    return { mutant, ...change, outcome, seconds, ...(by !== undefined && { by }) }
  }
  scratch.write(mutant.file, applyMutant(mutant, text))
  try {
    // The build's tests have their part of the budget: what only they can notice would be lost behind many
    // others.
    const onTheBuild = buildTestsOf(mutant.file)
    const limits = [onTheBuild.length > 0 ? budgetMs / 2 : budgetMs, budgetMs] as const
    for (const [stage, files] of [tests, onTheBuild].entries()) {
      if (stage === 1 && files.length > 0) {
        if (!scratch.isTyped()) return settle('untyped')
        scratch.build()
      }
      for (const test of files) {
        if (performance.now() - began > (limits[stage] ?? 0)) break
        if (!(await passes(scratch.folder, test))) return settle('killed', test)
      }
    }
    return settle(scratch.isTyped() ? 'survived' : 'untyped')
  } finally {
    scratch.write(mutant.file, text)
  }
}
