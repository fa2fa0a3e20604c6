import type { ObserveFrom } from '../rollout/drivers/kubernetes/observe-from.ts'
import type { FlagReader } from './flag-reader.ts'

/** With more generators, the API server's log streams become the limit. */
const MAX_GENERATORS = 20

/** Flags that do not work with several generators. */
interface OtherFlags {
  readonly printManifests: boolean
  readonly observeFrom: ObserveFrom | undefined
}

/** Reads `--generators`; the default is 1. */
export function readGenerators(reader: FlagReader, { printManifests, observeFrom }: OtherFlags): number {
  const generators = reader.integer('generators', 1, [1, MAX_GENERATORS])
  const refuse = (why: string): void =>
    void reader.problems.push(`--generators: got '${generators}' with ${why}; leave one of the two out`)
  if (printManifests && generators > 1) refuse('--print-manifests, whose one pod does the run alone')
  if (observeFrom === 'here' && generators > 1) {
    refuse('--observe-from here, whose one agent has no account to read commands with')
  }
  return generators
}
