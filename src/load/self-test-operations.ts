import { type LaneChanges, noChanges } from './lane-changes.ts'
import { type LoadOptions, withoutLeftOut } from './load-options.ts'
import type { Sample } from './sample.ts'
import type { Tried, Try } from './self-test-try.ts'
import { describeAnswer, problemOf, type SelfTestProblem } from './self-test-words.ts'

/** A document may have hundreds of operations. Trying all at once would be a load of its own. */
const AT_ONCE = 8

/** Number of operations to name when none is left. */
const SHOWN = 5

const REMEDY = 'correct its example or its responses in the document'

/** Results of trying operations: those to leave out, or the reason why no answer came. */
interface TriedOperations {
  readonly changes: LaneChanges
  readonly problems: readonly SelfTestProblem[]
}

/**
 * Tries each operation of an OpenAPI document once. It leaves out operations that do not answer as
 * documented. If no operation that is sent over one protocol gets an answer, that is a problem.
 */
export async function tryOperations(
  tries: readonly Try[],
  ask: (one: Try) => Promise<Sample>,
): Promise<TriedOperations> {
  const results = await askSome(tries, ask)
  const ways = [...Map.groupBy(results, ({ one }) => one.trial.send).values()]
  const [silent, answering] = [ways.filter(isSilent), ways.filter((way) => !isSilent(way))]
  const failed = answering.flat().filter(({ sample }) => !sample.ok)
  return {
    changes: {
      ...noChanges,
      leftOutOperations: failed.map(({ one, sample }) => ({
        operation: one.request.operation ?? '',
        reason: `${describeAnswer(one, sample)}; ${REMEDY}`,
      })),
    },
    problems: silent.flatMap(([first]) => (first ? [problemOf(first)] : [])),
  }
}

/** Explains why a load cannot begin after its operations were tried; empty when each lane has some left. */
export function withoutOperations(options: LoadOptions, changes: LaneChanges): readonly string[] {
  const { lanes, requests } = withoutLeftOut(options, changes)
  if (!lanes.some((lane) => requests[lane]?.length === 0)) return []
  const reasons = changes.leftOutOperations.map(({ reason }) => reason)
  const more = reasons.length - SHOWN
  return [
    'no operation of the OpenAPI document answered as documented',
    ...reasons.slice(0, SHOWN),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
}

function isSilent(tried: readonly Tried[]): boolean {
  return tried.every(({ sample }) => sample.status === undefined)
}

async function askSome(tries: readonly Try[], ask: (one: Try) => Promise<Sample>): Promise<readonly Tried[]> {
  const results: Tried[] = []
  const rest = tries.values()
  const askRest = async (): Promise<void> => {
    for (const one of rest) results.push({ one, sample: await ask(one) })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askRest))
  // In the order of the document, not of the answers.
  return results.toSorted((one, other) => tries.indexOf(one.one) - tries.indexOf(other.one))
}
