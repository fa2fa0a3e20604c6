import type { LaneChanges } from '../../../../load/lane-changes.ts'
import { laneNamed } from '../../../../load/lanes/index.ts'
import type { LoadOptions } from '../../../../load/load-options.ts'

/**
 * The changes that all generators make, with complete fallback requests: the log leaves out their bodies and
 * header fields. `found` comes from this generator's own self-test. If another generator found a change, this
 * one takes it over.
 */
export function wholeChanges(
  load: LoadOptions,
  said: LaneChanges,
  found: LaneChanges | undefined,
): LaneChanges {
  const fellBack = said.fellBack.map((change) => {
    const own = found?.fellBack.find(({ lane }) => lane === change.lane)
    if (own) return own
    const [instead = change.instead] = laneNamed(change.lane).fallback?.requests(load, change.lane) ?? []
    return { ...change, instead }
  })
  return { ...said, fellBack }
}
