import type { Command } from 'commander'
import { laneNames } from '../load/lanes/index.ts'
import type { LaneName } from '../load/sample.ts'
import { type FailureBudget, parseAllowance } from '../rollout/failure-budget.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'

/** Adds `--budget`, which may be repeated. */
export function addBudgetFlag(command: Command): Command {
  return command.option(
    '--budget <failures>',
    'allowed failures, of one lane or of each: slow=0.1%, keep-alive=3, 0.01%; repeatable ' + '(default: 0)',
    (value: string, before?: readonly string[]) => [...(before ?? []), value],
  )
}

/** Reads every `--budget`. */
export function readBudgets(
  reader: FlagReader,
  raw: RawFlags,
  lanes: readonly LaneName[],
): readonly FailureBudget[] {
  const given = (raw['budget'] ?? []) as readonly string[]
  const budgets = given.flatMap((text) => readBudget(reader, text, lanes))
  const names = budgets.map(({ lane }) => lane ?? 'all lanes')
  for (const name of new Set(names.filter((other, index) => names.indexOf(other) !== index)))
    reader.problems.push(`--budget: there is more than one for ${name}`)
  return budgets
}

function readBudget(reader: FlagReader, text: string, lanes: readonly LaneName[]): readonly FailureBudget[] {
  const parts = text.split('=')
  const lane = parts.length > 1 ? parts[0]?.trim() : undefined
  const allowance = parseAllowance(
    parts
      .slice(lane === undefined ? 0 : 1)
      .join('=')
      .trim(),
  )
  const problems = [
    ...(lane === undefined ? [] : laneProblems(lane, lanes)),
    ...(allowance === undefined
      ? [`--budget: got '${text}', wanted a whole number or a share up to 100%, such as slow=0.1% or 3`]
      : []),
  ]
  for (const problem of problems) reader.problems.push(problem)
  if (problems.length > 0 || allowance === undefined) return []
  return [{ ...(lane !== undefined && { lane }), allowance }]
}

function laneProblems(lane: string, lanes: readonly LaneName[]): readonly string[] {
  if (!laneNames.includes(lane))
    return [`--budget: there is no lane '${lane}'; there are ${laneNames.join(', ')}`]
  return lanes.includes(lane) ? [] : [`--budget: the lane ${lane} is not among --lanes: ${lanes.join(', ')}`]
}
