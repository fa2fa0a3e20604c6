import { mergeChanges } from '../../../load/lane-changes.ts'
import type { AgentLine } from './agent/protocol.ts'

/** The line that answers a command. */
export type AgentAnswer = Extract<AgentLine, { readonly command: number }>

/** The answer of one generator. */
export interface NamedAnswer {
  /** Undefined for the only generator. */
  readonly name: string | undefined
  readonly answer: AgentAnswer
}

/**
 * Merges the answers of all generators to one command. Self-tests may differ; the finding of one applies to
 * all.
 */
export function mergeAnswers(answers: readonly [NamedAnswer, ...NamedAnswer[]]): AgentAnswer {
  const [{ answer: first }] = answers
  if (first.type !== 'self-test') return first
  const tests = answers.flatMap(({ name, answer }) =>
    answer.type === 'self-test' ? { name, ...answer } : [],
  )
  const changes = mergeChanges(tests.map((test) => test.changes))
  const leftOut = new Set(changes.leftOut.map(({ lane }) => lane))
  return {
    ...first,
    changes: { ...changes, fellBack: changes.fellBack.filter(({ lane }) => !leftOut.has(lane)) },
    problems: tests.flatMap(({ name, problems }) => {
      const isEverybodys = (problem: string): boolean =>
        tests.every((test) => test.problems.includes(problem))
      return problems.map((problem) => (isEverybodys(problem) ? problem : `${name ?? ''}: ${problem}`))
    }),
  }
}
