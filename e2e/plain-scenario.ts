import type { Outcome, Scenario } from './scenario.ts'
import { defaultRate, type Judgement } from './verdict.ts'

/** Pods of a release, unless a scenario has its reasons. */
export const replicas = 3

/** A scenario and what is expected of it. */
export type Judged = Scenario & { readonly judge: (outcome: Outcome) => Judgement }

/** A scenario of examples/fastify that the flags do not apply to. */
export function plain(name: string, about: string): Scenario {
  return {
    name,
    about,
    image: 'fastify',
    replicas,
    restarts: 1,
    rate: defaultRate,
    lanes: ['new-connections'],
    leastRequests: 0,
    values: [],
  }
}
