import { noProblems, type Trigger } from './trigger.ts'

/** Does nothing. The user may change the workload during the run. */
export const none: Trigger = {
  does: (what) => `only observe ${what}`,
  permissions: () => [],
  problems: noProblems,
  replacesAll: false,
  pull: () => Promise.resolve(),
}
