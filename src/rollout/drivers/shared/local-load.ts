import { startLoad } from '../../../load/engine.ts'
import { type LaneChanges, mergeChanges } from '../../../load/lane-changes.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import type { PickTarget, Target } from '../../../load/sample.ts'
import { refuseSelfTest, selfTest } from '../../../load/self-test.ts'
import type { DriverLoad } from '../../driver.ts'

/**
 * Sends one request of each lane to every target and resolves to the combined changes. Rejects with a
 * LastcallError `LASTCALL_SELF_TEST` when an answer is wrong.
 */
export async function testTargets(load: LoadOptions, targets: readonly Target[]): Promise<LaneChanges> {
  const found = await Promise.all(targets.map((target) => selfTest(load, target)))
  const changes = mergeChanges(found)
  refuseSelfTest(
    load,
    found.flatMap((result) => result.problems.map(({ sentence }) => sentence)),
    changes,
  )
  return changes
}

/** Starts the load in this process. */
export function startLocalLoad(load: LoadOptions, changes: LaneChanges, pickTarget: PickTarget): DriverLoad {
  const running = startLoad(load, { pickTarget, changes })
  return {
    totals: () => running.totals(),
    record: () => running.record(),
    async stop() {
      await running.stop()
      return running.record()
    },
    abandon: () => running.abandon(),
  }
}
