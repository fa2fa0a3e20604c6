import { createHashCheck } from '../body-check.ts'
import { type Lane, type LaneContext, pauseUntil } from '../lane.ts'
import { STREAM_CLIENTS, streamPathFor } from '../load-options.ts'

/**
 * GET of a body that takes longer than the shutdown delay and ends with its own hash: some answer is always half sent when a signal comes, and has to be
 * finished in the drain. Half of the clients keep their connection.
 */
export const runStream: Lane = async (context) => {
  const startMs = performance.now()
  const { slowMs } = context.options
  const clients = Array.from({ length: STREAM_CLIENTS }, (_, index) =>
    runClient(context, startMs + (index * slowMs) / STREAM_CLIENTS, index % 2 === 0),
  )
  await Promise.all(clients)
}

async function runClient(context: LaneContext, startMs: number, keepAlive: boolean): Promise<void> {
  const { options, signal } = context
  const agent = context.openAgent(keepAlive)
  const path = streamPathFor(options, options.slowMs)
  const timeoutMs = options.timeoutMs + options.slowMs
  for (let dueMs = startMs; ; dueMs = Math.max(performance.now(), dueMs + options.slowMs)) {
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    await context.send({ method: 'GET', path, timeoutMs, agent, dueMs, bodyCheck: createHashCheck() })
  }
}
