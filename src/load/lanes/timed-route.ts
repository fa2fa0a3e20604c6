import type { BodyCheck } from '../body-check.ts'
import { tryHttp } from '../http-trial.ts'
import { type LaneContext, pauseUntil } from '../lane.ts'
import type { LaneTrial } from '../lane-definition.ts'
import type { LoadOptions } from '../load-options.ts'
import { getOf } from '../plain-request.ts'
import { pathOf, type Route } from '../route.ts'
import { clientsOf } from '../share.ts'

/** A GET route whose answer takes as long as the path asks for. */
export interface TimedRoute {
  readonly route: Route
  /** The placeholder for the time in the path. */
  readonly placeholder: string
  /** Converts the time to the value in the path. */
  readonly inPath: (ms: number) => number
  /** Factor to the time of a slow route. Default: 1 */
  readonly times?: number
  /** Creates a check of the body. Default: none */
  readonly createBodyCheck?: () => BodyCheck
  /**
   * Bytes of an answer that a client reads per second; each answer then has its own connection. Default: no
   * limit, and half of the clients keep their connection
   */
  readonly bytesPerSecond?: number
}

/** When the path sets the time, this is long enough to tell a slow route from one that answers at once. */
const TRIAL_MS = 1_000

/** The pauses of a slow reader are shorter than this. Milliseconds. */
const LEAST_SILENCE_MS = 1_000

/**
 * Clients that take turns, so that some answer is always in progress. They do not ask more often when the
 * route answers early. `clients` counts those of all generators.
 */
export async function askInTurns(context: LaneContext, timed: TimedRoute, clients: number): Promise<void> {
  const startMs = performance.now()
  const takesMs = takesMsOf(timed, context.options)
  const running = clientsOf(clients, context.share).map((client) =>
    runClient(context, timed, {
      startMs: startMs + (client * takesMs) / clients,
      takesMs,
      keepAlive: client % 2 === 0 && timed.bytesPerSecond === undefined,
    }),
  )
  await Promise.all(running)
}

interface ClientPlan {
  /** Monotonic milliseconds. */
  readonly startMs: number
  readonly takesMs: number
  readonly keepAlive: boolean
}

async function runClient(
  context: LaneContext,
  timed: TimedRoute,
  { startMs, takesMs, keepAlive }: ClientPlan,
): Promise<void> {
  const { options, signal } = context
  const { bytesPerSecond } = timed
  const request = {
    ...getOf(pathFor(timed, options, takesMs)),
    timeoutMs: options.timeoutMs + takesMs,
    ...(bytesPerSecond !== undefined && { silenceMs: Math.max(options.timeoutMs, LEAST_SILENCE_MS) }),
    client: context.openClient(keepAlive, bytesPerSecond),
  }
  for (let dueMs = startMs; ; dueMs = Math.max(performance.now(), dueMs + takesMs)) {
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    const bodyCheck = timed.createBodyCheck?.()
    await context.send({ ...request, dueMs, ...(bodyCheck && { bodyCheck }) })
  }
}

function takesMsOf({ times = 1 }: TimedRoute, { slowMs }: LoadOptions): number {
  return slowMs * times
}

function pathFor({ route, placeholder, inPath }: TimedRoute, options: LoadOptions, ms: number): string {
  return pathOf(options, route).replaceAll(placeholder, String(inPath(ms)))
}

/**
 * The trial of such a route: a short time if the path can set it, else the full time of the lane. A slow
 * reader asks for the full answer, because its size tells how long that takes.
 */
export function timedTrial(timed: TimedRoute, remedy: string): LaneTrial {
  const { route, placeholder, bytesPerSecond, createBodyCheck } = timed
  const askedMs = (options: LoadOptions): number =>
    pathOf(options, route).includes(placeholder) && bytesPerSecond === undefined
      ? Math.min(TRIAL_MS, takesMsOf(timed, options))
      : takesMsOf(timed, options)
  return {
    requests: (options) => [getOf(pathFor(timed, options, askedMs(options)))],
    askedMs,
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    send: (request) => tryHttp(request, createBodyCheck?.()),
    remedy,
  }
}
