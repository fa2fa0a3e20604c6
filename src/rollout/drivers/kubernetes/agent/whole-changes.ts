import type { LaneChanges } from '../../../../load/lane-changes.ts'
import { laneNamed } from '../../../../load/lanes/index.ts'
import type { LoadOptions } from '../../../../load/load-options.ts'

/**
 * The changes of a load as all generators make them, with the requests to send instead in full: what has
 * been in the log lacks their bodies and header fields. `found` is what this generator's own self-test
 * changed; where it found nothing to change, another one did.
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
