/** autocannon in a process that answers questions: it sends the next request when an answer has come. */
import { createRequire } from 'node:module'
import { answerQuestions } from '../answers.ts'
import type { Generated, GenerateOrder } from '../protocol.ts'
import { CONNECTIONS } from './generators.ts'

/** What is used of autocannon, which has no types of its own. */
interface Outcome {
  readonly '2xx': number
  readonly non2xx: number
  readonly errors: number
  readonly timeouts: number
}
type Autocannon = (options: Readonly<Record<string, unknown>>) => Promise<Outcome>

const autocannon = createRequire(new URL('../peers/package.json', import.meta.url))(
  'autocannon',
) as Autocannon

answerQuestions({ generate })

async function generate({ port, style, ms }: GenerateOrder): Promise<Generated> {
  const began = performance.now()
  const outcome = await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    duration: ms / 1_000,
    ...(style === 'new-connections' && { headers: { connection: 'close' } }),
  })
  const failed = outcome.non2xx + outcome.errors + outcome.timeouts
  return { requests: outcome['2xx'], failed, unsent: 0, ms: performance.now() - began }
}
