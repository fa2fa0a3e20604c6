import { type ObserveFrom, observeFromNames } from '../rollout/drivers/kubernetes/observe-from.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'

/** Help text of `--observe-from`. */
export const observeFromHelp =
  'who watches the pods: cluster, the agent; here, this command (default: cluster, where you may create roles)'

/**
 * Reads `--observe-from` and refuses flags that contradict it. Undefined: decide by the user's permissions.
 */
export function readObserveFrom(reader: FlagReader, raw: RawFlags): ObserveFrom | undefined {
  const text = reader.text('observe-from', '')
  const found = observeFromNames.find((name) => name === text)
  if (found === undefined && reader.has('observe-from')) {
    reader.problems.push(`--observe-from: got '${text}', wanted one of ${observeFromNames.join(', ')}`)
  }
  if (found === 'here' && reader.has('service-account')) {
    reader.problems.push(
      '--service-account: has no meaning with --observe-from here, where the agent has no account; leave one out',
    )
  }
  if (raw['printManifests'] !== true) return found
  if (found === 'here') {
    reader.problems.push(
      '--observe-from here: an agent that does the run alone has to observe the pods itself; ' +
        'leave it out with --print-manifests',
    )
  }
  return 'cluster'
}
