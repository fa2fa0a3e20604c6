/** lastcall's load engine as `lastcall load` runs it, in a process that answers questions. */
import { answerQuestions } from '../answers.ts'
import type { Generated, GenerateOrder } from '../protocol.ts'
import { startLoad } from '../../src/load/engine.ts'
import { toLoadDocument } from '../../src/load/load-document.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'

answerQuestions({ generate })

async function generate({ port, style, rate, ms }: GenerateOrder): Promise<Generated> {
  const began = performance.now()
  const load = startLoad(
    { ...defaultLoad, lanes: [style], ratePerSecond: rate, requests: { [style]: [getOf('/')] } },
    { pickTarget: () => ({ host: '127.0.0.1', port }) },
  )
  await new Promise((resolve) => setTimeout(resolve, ms))
  await load.stop()
  const { requests, failed, health } = toLoadDocument(load.record())
  const bad = failed + health.ownFailures
  return { requests: requests - bad, failed: bad, unsent: health.skipped, ms: performance.now() - began }
}
