/** Places from which a run can observe the pods. */
export const observeFromNames = ['cluster', 'here'] as const

/**
 * The place of the observer. `cluster`: in the agent, which needs an account. `here`: in this process, with
 * the rights of the user; the agent then only sends the load.
 */
export type ObserveFrom = (typeof observeFromNames)[number]

/**
 * Facts that a run cannot know when it observes from here, one sentence each.
 * @param withinMs maximum difference between the clocks of this machine and of the agent
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
