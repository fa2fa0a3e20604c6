import { noProblems, type Trigger } from './trigger.ts'

/** The user changes something, or nobody does. */
export const none: Trigger = {
  does: (what) => `only observe ${what}`,
  permissions: () => [],
  problems: noProblems,
  replacesAll: false,
  pull: () => Promise.resolve(),
}
