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
  /** A new check of the body, where one is needed. None */
  readonly createBodyCheck?: () => BodyCheck
}

/**
 * Long enough to tell a slow route from one that answers at once, where the path says how long it is to take.
 */
const TRIAL_MS = 1_000

/**
 * Clients that ask the route in turns, so that some answer is always under way. Half of them keep their
 * connection. A route that answers early is not asked more often. `clients` counts those of all generators.
 */
export async function askInTurns(context: LaneContext, timed: TimedRoute, clients: number): Promise<void> {
  const startMs = performance.now()
  const { slowMs } = context.options
  const running = clientsOf(clients, context.share).map((client) =>
    runClient(context, timed, {
      startMs: startMs + (client * slowMs) / clients,
      keepAlive: client % 2 === 0,
    }),
  )
  await Promise.all(running)
}

async function runClient(
  context: LaneContext,
  timed: TimedRoute,
  { startMs, keepAlive }: { readonly startMs: number; readonly keepAlive: boolean },
): Promise<void> {
  const { options, signal } = context
  const request = {
    ...getOf(pathFor(timed, options, options.slowMs)),
    timeoutMs: options.timeoutMs + options.slowMs,
    client: context.openClient(keepAlive),
  }
  for (let dueMs = startMs; ; dueMs = Math.max(performance.now(), dueMs + options.slowMs)) {
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    const bodyCheck = timed.createBodyCheck?.()
    await context.send({ ...request, dueMs, ...(bodyCheck && { bodyCheck }) })
  }
}

function pathFor({ route, placeholder, inPath }: TimedRoute, options: LoadOptions, ms: number): string {
  return pathOf(options, route).replaceAll(placeholder, String(inPath(ms)))
}

/** The trial of such a route: a short time where the path can say it, else all of the lane's time. */
export function timedTrial(timed: TimedRoute, remedy: string): LaneTrial {
  const askedMs = (options: LoadOptions): number =>
    pathOf(options, timed.route).includes(timed.placeholder)
      ? Math.min(TRIAL_MS, options.slowMs)
      : options.slowMs
  return {
    requests: (options) => [getOf(pathFor(timed, options, askedMs(options)))],
    askedMs,
    send: (request) => tryHttp(request, timed.createBodyCheck?.()),
    remedy,
  }
}
