import { type Claim, generatorDoubts } from '../load/generator-doubts.ts'
import type { LoadDocument } from '../load/load-document.ts'
import { reviewDoubts } from './job-review.ts'
import { count } from './numbers.ts'
import { WANTED_OUTAGE_MS } from './power.ts'
import { sentWords } from './sent-words.ts'
import { conclude, notesOn, type Verdict } from './verdict.ts'

/**
 * Judges a load without a rollout (`lastcall load`). A failed request fails it. A generator that stalled for
 * {@link WANTED_OUTAGE_MS} or longer, left requests unsent or ran out of ports makes it inconclusive, because
 * a request that was never sent cannot fail.
 */
export function judgeLoad(load: LoadDocument): Omit<Verdict, 'smallestOutageMs' | 'unwatchedRestarts'> {
  const claim: Claim = {
    windowMs: WANTED_OUTAGE_MS,
    covers: () => true,
    beganAtMs: Date.parse(load.startedAt),
  }
  const doubts = [...generatorDoubts(load, claim), ...reviewDoubts(load)]
  return {
    ...conclude(load.failed > 0, doubts.length > 0),
    sentence: `${count(load.failed)} failed of ${sentWords(load.lanes, ({ requests }) => requests)}`,
    reasons: doubts,
    notes: notesOn(load),
  }
}
