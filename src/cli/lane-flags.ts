import type { LoadOptions } from '../load/load-options.ts'
import type { PlainRequest } from '../load/plain-request.ts'
import type { LaneName } from '../load/sample.ts'
import { createFlagReader, type FlagReader, keyOf, type RawFlags } from './flag-reader.ts'
import { readHeaders, readRequest, readStatuses, requestFlags } from './request-flags.ts'

/** The flags of single lanes, and those that they stand on. */
interface LaneFlags {
  /** The flags of the whole load. */
  readonly raw: RawFlags
  readonly ofLanes: Readonly<Record<LaneName, RawFlags>>
  /** What `--path` is without the flag. */
  readonly path: string
  /** What the lanes send in turn with `--openapi`; undefined without it. */
  readonly operations: readonly PlainRequest[] | undefined
}

/** What single lanes send otherwise than the load. */
interface OwnOfLanes {
  readonly requests: LoadOptions['requests']
  readonly headers: LoadOptions['laneHeaders']
}

/** Reads the flags of single lanes; what a lane does not say is that of the whole load. */
export function readLaneFlags(reader: FlagReader, { raw, ofLanes, path, operations }: LaneFlags): OwnOfLanes {
  const common = Object.fromEntries(requestFlags.map((flag) => [keyOf(flag), raw[keyOf(flag)]]))
  // Its own statuses alone are no other request.
  const requestsOf = (merged: FlagReader, named: readonly string[]): readonly PlainRequest[] => {
    if (!operations || named.some((flag) => flag !== 'expect-status')) return [readRequest(merged, path)]
    const expectStatus = readStatuses(merged)
    return operations.map((operation) => ({ ...operation, expectStatus }))
  }
  const lanes = Object.entries(ofLanes).map(([lane, flags]) => {
    const own = createFlagReader(flags)
    const merged = createFlagReader({ ...common, ...flags })
    const headers = readHeaders(own)
    const named = requestFlags.filter((flag) => own.has(flag))
    const requests = named.length > 0 ? requestsOf(merged, named) : []
    // What is wrong with a flag of the whole load is said there.
    const isOwn = (problem: string): boolean => own.has(/^--([\w-]+)/.exec(problem)?.[1] ?? '')
    for (const problem of [...own.problems, ...merged.problems.filter(isOwn)]) {
      reader.problems.push(
        problem.replace(/^--([\w-]+)/, (_, flag: string) => `lanes.${lane}.${keyOf(flag)}`),
      )
    }
    return { lane, headers, requests }
  })
  return {
    requests: Object.fromEntries(
      lanes.flatMap(({ lane, requests }) => (requests.length === 0 ? [] : [[lane, requests] as const])),
    ),
    headers: Object.fromEntries(
      lanes.flatMap(({ lane, headers }) =>
        Object.keys(headers).length === 0 ? [] : [[lane, headers] as const],
      ),
    ),
  }
}
