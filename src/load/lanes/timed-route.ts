import type { BodyCheck } from '../body-check.ts'
import { tryHttp } from '../http-trial.ts'
import { type LaneContext, pauseUntil } from '../lane.ts'
import type { LaneTrial } from '../lane-definition.ts'
import type { LoadOptions } from '../load-options.ts'
import { getOf } from '../plain-request.ts'
import { pathOf, type Route } from '../route.ts'
import { clientsOf } from '../share.ts'

/** A GET route whose answer takes as long as it is asked to. */
export interface TimedRoute {
  readonly route: Route
  /** What stands in the path for the time. */
  readonly placeholder: string
  /** What replaces it. */
  readonly inPath: (ms: number) => number
  /** How many times as long as a slow route it takes. 1 */
  readonly times?: number
  /** A new check of the body, where one is needed. None */
  readonly createBodyCheck?: () => BodyCheck
  /**
   * How many bytes of an answer a client reads in a second, each answer on a connection of its own. As many
   * as come, and half of the clients keep their connection
   */
  readonly bytesPerSecond?: number
}

/**
 * Long enough to tell a slow route from one that answers at once, where the path says how long it is to take.
 */
const TRIAL_MS = 1_000

/** A client that reads slowly pauses by itself, for less than this. Milliseconds. */
const LEAST_SILENCE_MS = 1_000

/**
 * Clients that ask the route in turns, so that some answer is always under way. A route that answers early is
 * not asked more often. `clients` counts those of all generators.
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
 * The trial of such a route: a short time where the path can say it, else all of the lane's time. What is
 * read slowly is asked for whole, because its size tells how long that takes.
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
