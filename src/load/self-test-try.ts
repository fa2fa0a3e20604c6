import { isDeepStrictEqual } from 'node:util'
import { type Headers, headersOf, withOwn } from './headers.ts'
import type { LaneDefinition, LaneTrial } from './lane-definition.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'
import { readClocks, type Sample, type Target } from './sample.ts'

const TIMEOUT_MS = 10_000

/** One request of a load, for all lanes that send it. */
export interface Try {
  readonly trial: LaneTrial
  readonly request: LaneRequest
  readonly headers: Headers
  readonly lanes: readonly LaneDefinition[]
  readonly options: LoadOptions
}

/** A try with its result. */
export interface Tried {
  readonly one: Try
  readonly sample: Sample
}

/** The tries of one lane, one per request. */
export function triesOf(trial: LaneTrial, lane: LaneDefinition, options: LoadOptions): readonly Try[] {
  return trial.requests(options, lane.name).map((request) => ({
    trial,
    request,
    headers: withOwn(request.headers, headersOf(options, lane.name)),
    lanes: [lane],
    options,
  }))
}

/** Whether both tries send the same request in the same way. */
export function isSame(one: Try, other: Try): boolean {
  return (
    // A document may have hundreds of requests, so the cheap comparisons come first.
    one.trial.send === other.trial.send &&
    one.request.path === other.request.path &&
    isDeepStrictEqual([one.request, one.headers], [other.request, other.headers])
  )
}

/** Combines lanes that send the same request into one try. */
export function together(tries: readonly Try[]): readonly Try[] {
  const firsts = tries.filter((one, index) => tries.findIndex((other) => isSame(one, other)) === index)
  return firsts.map((first) => ({
    ...first,
    lanes: tries.filter((one) => isSame(first, one)).flatMap(({ lanes }) => lanes),
  }))
}

/** Sends the request once. Never rejects. */
export function sendTry({ trial, request, headers, lanes, options }: Try, target: Target): Promise<Sample> {
  const lane = lanes[0]?.name ?? ''
  return trial.send(
    {
      ...request,
      lane,
      id: `self-test-${lane}`,
      scheduledAt: readClocks(),
      headers,
      timeoutMs: TIMEOUT_MS + trial.askedMs(options),
      pickTarget: () => target,
    },
    options,
  )
}
