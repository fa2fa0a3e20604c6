import type { LoadOptions } from '../load/load-options.ts'
import type { PlainRequest } from '../load/plain-request.ts'
import type { LaneName } from '../load/sample.ts'
import { createFlagReader, type FlagReader, keyOf, type RawFlags } from './flag-reader.ts'
import { readHeaders, readRequest, readStatuses, requestFlags } from './request-flags.ts'

/** The flags of single lanes, and the flags of the whole load that they override. */
interface LaneFlags {
  /** The flags of the whole load. */
  readonly raw: RawFlags
  readonly ofLanes: Readonly<Record<LaneName, RawFlags>>
  /** Default of `--path`. */
  readonly path: string
  /** The requests that the lanes send in turn with `--openapi`; undefined without it. */
  readonly operations: readonly PlainRequest[] | undefined
}

/** Requests and headers of lanes that differ from the rest of the load. */
interface OwnOfLanes {
  readonly requests: LoadOptions['requests']
  readonly headers: LoadOptions['laneHeaders']
}

/** Reads the flags of single lanes. A lane inherits everything else from the whole load. */
export function readLaneFlags(reader: FlagReader, { raw, ofLanes, path, operations }: LaneFlags): OwnOfLanes {
  const common = Object.fromEntries(requestFlags.map((flag) => [keyOf(flag), raw[keyOf(flag)]]))
  // A lane that only sets its own statuses does not change its request.
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
    // Problems of a flag of the whole load are reported there.
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
