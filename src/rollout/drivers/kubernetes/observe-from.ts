/** Places from which the pods can be observed. */
export const observeFromNames = ['cluster', 'here'] as const

/**
 * Where the observer is: `cluster`, in the agent, which needs an account for that; or `here`, in this
 * process, which asks the API server with the rights of the user. The agent then only sends the load.
 */
export type ObserveFrom = (typeof observeFromNames)[number]

/**
 * What a run does not know that is observed from here, one sentence each.
 * @param withinMs how far apart the clocks of this machine and of the agent may be
 */
export function unknownFromHere(withinMs: number = Infinity): readonly string[] {
  const apart = Number.isFinite(withinMs)
    ? ` (they agree to within ${(Math.ceil(withinMs / 100) / 10).toFixed(1)} s)`
    : ''
  return [
    'the pods are observed from this machine: their times are those at which news of the API server arrived ' +
      `here, on another clock than that of the requests${apart}`,
    'it is not known when a pod stopped accepting connections, when its readiness probe failed, and what ' +
      "lastcall's metrics said: only an agent with an account asks the pods themselves",
  ]
}
