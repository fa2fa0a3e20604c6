import type { Lifecycle } from '../types.ts'

/**
 * Lifecycles that need a shutdown delay because other processes serve clients for them: the workers of a
 * cluster.
 */
export const servesElsewhere: WeakSet<Lifecycle> = new WeakSet()
