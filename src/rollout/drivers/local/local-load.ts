import { startLoad } from '../../../load/engine.ts'
import type { LeftOutLane } from '../../../load/load-record.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import type { PickTarget, Target } from '../../../load/sample.ts'
import { refuseSelfTest, selfTest } from '../../../load/self-test.ts'
import type { DriverLoad } from '../../driver.ts'

/**
 * Sends one request of each lane to every target and resolves to the lanes that cannot run on one of them.
 * Rejects with a LastcallError `LASTCALL_SELF_TEST` when an answer is wrong.
 */
export async function testTargets(
  load: LoadOptions,
  targets: readonly Target[],
): Promise<readonly LeftOutLane[]> {
  const found = await Promise.all(targets.map((target) => selfTest(load, target)))
  const leftOut = new Map(found.flatMap((result) => result.leftOut).map((lane) => [lane.lane, lane]))
  refuseSelfTest(
    load,
    found.flatMap((result) => result.problems.map(({ sentence }) => sentence)),
    [...leftOut.values()],
  )
  return [...leftOut.values()]
}

/** Starts the load in this process. */
export function startLocalLoad(
  load: LoadOptions,
  leftOut: readonly LeftOutLane[],
  pickTarget: PickTarget,
): DriverLoad {
  const running = startLoad(load, { pickTarget, leftOut })
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
