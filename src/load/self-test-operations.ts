import { type LaneChanges, noChanges } from './lane-changes.ts'
import { type LoadOptions, withoutLeftOut } from './load-options.ts'
import type { Sample } from './sample.ts'
import type { Tried, Try } from './self-test-try.ts'
import { describeAnswer, problemOf, type SelfTestProblem } from './self-test-words.ts'

/** A document may have hundreds of operations, and all at once would be a load of their own. */
const AT_ONCE = 8

/** Operations that are named when none is left. */
const SHOWN = 5

const REMEDY = 'correct its example or its responses in the document'

/** What came of trying operations: those that are left out, or why no answer came at all. */
interface TriedOperations {
  readonly changes: LaneChanges
  readonly problems: readonly SelfTestProblem[]
}

/**
 * Tries operations of an OpenAPI document, each once. One that does not answer as documented is left out;
 * where none gets an answer, in one of the ways in which they are sent, that is a problem.
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

/** Why a load cannot begin after its operations were tried: nothing when each lane has some left. */
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
  // In the order of the document, whichever answered first.
  return results.toSorted((one, other) => tries.indexOf(one.one) - tries.indexOf(other.one))
}
