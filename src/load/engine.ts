import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { createFailureList, type FailureList } from './failure-list.ts'
import { headersOf, withOwn } from './headers.ts'
import { HttpClient } from './http1/client.ts'
import { instantAt, type LaneContext } from './lane.ts'
import { laneNamed } from './lanes/index.ts'
import { noChanges, shownChanges } from './lane-changes.ts'
import { requestsOf } from './lane-request.ts'
import type { LoadOptions, LoadPorts } from './load-options.ts'
import type { LaneRecord, LoadRecord } from './load-record.ts'
import { bodyOf, type LaneRequest } from './plain-request.ts'
import { createRecorder, type LaneTotals } from './recorder.ts'
import { sendRequest } from './request.ts'
import { byEnd, type LaneName, readClocks, type Sample } from './sample.ts'
import { watchOperations } from './sent-operations.ts'
import { wholeLoad } from './share.ts'
import { watchOwnLoop } from './stall-watch.ts'
import type { RequestIdentity } from './trace.ts'

/** A running load. */
export interface RunningLoad {
  /** Sends nothing more and waits for the outstanding requests. Their timeouts bound the wait. */
  stop(): Promise<void>
  /**
   * Ends the wait of {@link stop}. Requests that it cuts off are forgotten. Done jobs that were not looked at
   * again are counted as such.
   */
  cutShort(): void
  /** Destroys the outstanding requests without counting them. */
  abandon(): void
  /** Totals by lane so far. Cheap enough for a live display. */
  totals(): readonly LaneTotals[]
  /** A copy of everything that is recorded and not taken yet. */
  record(): LoadRecord
  /**
   * The counts since the last call, with the health of the whole run. The load forgets them, so that a long
   * run needs little memory. The sum of all parts is the record of the run.
   */
  take(): LoadRecord
}

/**
 * Starts every lane. Open loop, no retries; every request ends as one sample.
 * @throws Error for an unknown lane
 */
export function startLoad(options: LoadOptions, ports: LoadPorts): RunningLoad {
  const failures = createFailureList()
  const owned = new Set<{ destroy(): void }>()
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const loop = watchOwnLoop()
  const startedAt = readClocks()
  const { idleLimitMs } = options
  const { changes = noChanges, share = wholeLoad } = ports
  const ownOptions = { ...options, ratePerSecond: options.ratePerSecond / share.of }
  const recorder = createRecorder(options.lanes, {
    startedMs: startedAt.wallMs,
    idleLimitMs,
    isRaced: (sample) => laneNamed(sample.lane).isRaced?.(sample, idleLimitMs) ?? false,
  })
  let endedAt: Date | undefined
  let abandoned = false
  let isCutShort = false
  let nextId = 0
  // Unique among all runs and among the generators of this run.
  const idPrefix = `${randomUUID().slice(0, 8)}${share.of === 1 ? '' : `-${share.index}`}`

  const take = (sample: Sample): Sample => {
    if (abandoned || (isCutShort && !sample.ok)) return sample
    operations.add(sample)
    if (recorder.add(sample) === 'failed') failures.add(sample)
    return sample
  }
  const identify = (lane: LaneName, request: LaneRequest, dueMs: number): RequestIdentity => ({
    lane,
    id: `${idPrefix}-${(nextId++).toString(36)}`,
    method: request.method,
    path: request.path,
    ...(request.operation !== undefined && { operation: request.operation }),
    scheduledAt: instantAt(dueMs),
  })
  const requestsFor = (lane: LaneName): readonly LaneRequest[] => {
    const fellBack = changes.fellBack.find((other) => other.lane === lane)
    return fellBack ? [fellBack.instead] : requestsOf(laneNamed(lane), options)
  }
  const operations = watchOperations(options.lanes.flatMap(requestsFor))
  const contextFor = (lane: LaneName, headers = headersOf(options, lane)): LaneContext => ({
    options: ownOptions,
    share,
    requests: requestsFor(lane),
    headers,
    signal: stopping.signal,
    isAbandoned: () => abandoned || isCutShort,
    openClient(keepAlive, bytesPerSecond) {
      const client = new HttpClient(ports.pickTarget, keepAlive, bytesPerSecond)
      owned.add(client)
      return client
    },
    close(client) {
      owned.delete(client)
      client.destroy()
    },
    async send(request) {
      const identity = identify(lane, request, request.dueMs)
      const body = bodyOf(request, identity.id)
      return take(
        await sendRequest({ ...request, ...identity, body, headers: withOwn(request.headers, headers) }),
      )
    },
    pickTarget: ports.pickTarget,
    own: (resource) => void owned.add(resource),
    identify: (request, dueMs) => identify(lane, request, dueMs),
    record: (sample) => void take(sample),
    revoke(sample) {
      if (abandoned) return
      recorder.revoke(sample)
      failures.add(sample)
    },
    count(counts) {
      if (!abandoned) recorder.count(lane, counts)
    },
    skip: (count) => recorder.skip(lane, count),
  })
  const running = options.lanes.map((lane) => laneNamed(lane).run(contextFor(lane)))

  const toRecord = (
    lanes: readonly LaneRecord[],
    { listed, notListed }: Pick<FailureList, 'listed' | 'notListed'>,
  ): LoadRecord => ({
    startedAt: new Date(startedAt.wallMs).toISOString(),
    endedAt: (endedAt ?? new Date()).toISOString(),
    generators: 1,
    lanes,
    ...shownChanges(changes),
    ...operations.read(),
    idleLimitMs,
    failures: listed.toSorted(byEnd),
    failuresNotListed: notListed,
    health: loop.delays(),
  })
  const destroyAll = (): void => {
    for (const resource of owned) resource.destroy()
  }
  const close = (): void => {
    endedAt ??= new Date()
    loop.stop()
    destroyAll()
  }
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
      close()
    },
    cutShort() {
      isCutShort = true
      stopping.abort()
      destroyAll()
    },
    abandon() {
      abandoned = true
      stopping.abort()
      close()
    },
    totals: recorder.totals,
    record: () => toRecord(recorder.records(), failures),
    take: () => toRecord(recorder.take(), failures.take()),
  }
}
