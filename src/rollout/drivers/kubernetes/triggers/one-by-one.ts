import type { PodFacts } from '../agent/protocol.ts'
import { untilReplaced } from './health.ts'
import type { TriggerPorts } from './trigger.ts'

/**
 * Removes the old pods one after another, ready ones first. After each it waits until the workload is
 * healthy.
 */
export async function replaceOneByOne(
  ports: TriggerPorts,
  remove: (pod: PodFacts) => Promise<void>,
): Promise<void> {
  for (;;) {
    const left = ports.pods.there().filter(({ uid, deleting }) => ports.old.has(uid) && !deleting)
    const next = left.find(({ ready }) => ready) ?? left[0]
    if (next === undefined) return
    ports.signal.throwIfAborted()
    await remove(next)
    await untilReplaced(ports, [next.uid])
  }
}
