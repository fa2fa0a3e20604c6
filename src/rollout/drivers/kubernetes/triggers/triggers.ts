import type { TriggerName } from '../../../trigger.ts'
import { deletePod } from './delete-pod.ts'
import { drainNode } from './drain-node.ts'
import { evict } from './evict.ts'
import { image } from './image.ts'
import { none } from './none.ts'
import { restart } from './restart.ts'
import { scaleDown } from './scale-down.ts'
import type { Trigger } from './trigger.ts'

/** Every way to make pods go away. */
export const triggers: Readonly<Record<TriggerName, Trigger>> = {
  restart,
  'scale-down': scaleDown,
  'delete-pod': deletePod,
  evict,
  'drain-node': drainNode,
  image,
  none,
}
