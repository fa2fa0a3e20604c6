import { setMaxListeners } from 'node:events'
import { DialAgent } from './dial-agent.ts'
import { createFailureList } from './failure-list.ts'
import { instantAt, type Lane, type LaneContext } from './lane.ts'
import { runHttp2 } from './lanes/http2.ts'
import { runKeepAlive } from './lanes/keep-alive.ts'
import { runNewConnections } from './lanes/new-connections.ts'
import { runSlow } from './lanes/slow.ts'
import { runSse } from './lanes/sse.ts'
import { runStream } from './lanes/stream.ts'
import { runThinkTime } from './lanes/think-time.ts'
import { runWebSocket } from './lanes/websocket.ts'
import type { LoadDocument } from './load-document.ts'
import type { LoadOptions, LoadPorts } from './load-options.ts'
import { sendRequest } from './request.ts'
import { type LaneName, readClocks, type Sample } from './sample.ts'
import { watchOwnLoop } from './stall-watch.ts'
import { createTally } from './tally.ts'
import type { RequestIdentity } from './trace.ts'

/** A load that runs. */
export interface RunningLoad {
  /** Names what happens from now on; requests are counted under the phase in which they end. */
  setPhase(phase: string): void
  /** Sends nothing more and waits for what is outstanding, which its time-outs bound. */
  stop(): Promise<void>
  /** Cuts off what is outstanding and forgets it. */
  abandon(): void
  /** What is known so far. */
  snapshot(): LoadDocument
}

const lanesByName: Readonly<Record<LaneName, Lane>> = {
  'new-connections': runNewConnections,
  'keep-alive': runKeepAlive,
  'think-time': runThinkTime,
  slow: runSlow,
  stream: runStream,
  websocket: runWebSocket,
  sse: runSse,
  http2: runHttp2,
}

/** Starts every lane. Open loop, no retries, every request ends as one sample. */
export function startLoad(options: LoadOptions, ports: LoadPorts): RunningLoad {
  const tally = createTally(options.idleLimitMs)
  const failures = createFailureList()
  const owned: { destroy(): void }[] = []
  const skipped = new Map<LaneName, number>()
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const loop = watchOwnLoop()
  const startedAt = readClocks()
  let endedAt: Date | undefined
  let phase = 'load'
  let abandoned = false
  let nextId = 0
  const idPrefix = startedAt.wallMs.toString(36)

  const take = (sample: Sample): Sample => {
    if (abandoned) return sample
    if (tally.add(sample, phase) === 'failed') failures.add(sample)
    return sample
  }
  const identify = (lane: LaneName, method: 'GET' | 'POST', dueMs: number): RequestIdentity => ({
    lane,
    id: `${idPrefix}-${(nextId++).toString(36)}`,
    method,
    scheduledAt: instantAt(dueMs),
  })
  const contextFor = (lane: LaneName): LaneContext => ({
    options,
    signal: stopping.signal,
    openAgent(keepAlive) {
      const agent = new DialAgent(ports.pickTarget, keepAlive)
      owned.push(agent)
      return agent
    },
    async send({ dueMs, ...request }) {
      const identity = identify(lane, request.method, dueMs)
      const post = request.method === 'POST'
      const body = post ? { body: JSON.stringify({ id: identity.id }) } : {}
      const checkEcho = post && options.checkEcho
      const { hostHeader } = options
      return take(await sendRequest({ ...request, ...identity, ...body, checkEcho, hostHeader }))
    },
    pickTarget: ports.pickTarget,
    own: (resource) => void owned.push(resource),
    identify: (method, dueMs) => identify(lane, method, dueMs),
    record: (sample) => void take(sample),
    skip: (count) => skipped.set(lane, (skipped.get(lane) ?? 0) + count),
  })
  const running = options.lanes.map((lane) => {
    tally.open(lane, startedAt.monotonicMs)
    return lanesByName[lane](contextFor(lane))
  })

  const close = (): void => {
    endedAt ??= new Date()
    loop.stop()
    for (const resource of owned) resource.destroy()
  }
  return {
    setPhase(name) {
      phase = name
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
      close()
    },
    abandon() {
      abandoned = true
      stopping.abort()
      close()
    },
    snapshot() {
      const lanes = options.lanes.map((lane) => ({
        lane,
        ...tally.figures(lane),
        skipped: skipped.get(lane) ?? 0,
        phases: Object.fromEntries(tally.phases().map((name) => [name, tally.figures(lane, name)])),
      }))
      const sum = (pick: (lane: (typeof lanes)[number]) => number): number =>
        lanes.reduce((total, lane) => total + pick(lane), 0)
      return {
        startedAt: new Date(startedAt.wallMs).toISOString(),
        endedAt: (endedAt ?? new Date()).toISOString(),
        requests: sum((lane) => lane.requests),
        failed: sum((lane) => lane.failed),
        lanes,
        leftOut: ports.leftOut ?? [],
        idleLimitMs: options.idleLimitMs,
        failures: [...failures.listed],
        failuresNotListed: failures.notListed,
        health: {
          ...loop.delays(),
          ownFailures: sum((lane) => lane.own),
          skipped: sum((lane) => lane.skipped),
        },
      }
    },
  }
}
