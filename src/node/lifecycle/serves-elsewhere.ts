import type { Lifecycle } from '../types.ts'

/** Lifecycles whose shutdown delay other processes need: the workers of a cluster. */
export const servesElsewhere: WeakSet<Lifecycle> = new WeakSet()
