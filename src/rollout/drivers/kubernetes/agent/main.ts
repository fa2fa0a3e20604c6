import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningLoad, startLoad } from '../../../../load/engine.ts'
import { withoutLanes } from '../../../../load/load-options.ts'
import { selfTest, type SelfTestResult } from '../../../../load/self-test.ts'
import type { ApiAccess } from '../api/access.ts'
import { createApiClient } from '../api/client.ts'
import { inClusterAccess } from './in-cluster.ts'
import { nextPart } from './load-parts.ts'
import { type Observer, startObserver } from './observer.ts'
import { type AgentJob, type AgentMessage, createLineWriter } from './protocol.ts'

/** Everything of the process that the agent touches. */
export interface AgentIo {
  readonly access: ApiAccess
  write(text: string): void
  /** Aborted by SIGTERM: stop sending, finish, print the sum. */
  readonly signal: AbortSignal
}

const USAGE_EXIT_CODE = 2
const PART_PERIOD_MS = 1_000
/** How long the Service may take to answer for the first time, and how often it is asked. Milliseconds. */
const START_TIMEOUT_MS = 30_000
const START_RETRY_MS = 500

/** Runs the agent in its pod: the job is a file beside it, the log its only output. Sets the exit code. */
export async function main(jobFile: string): Promise<void> {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => ending.abort())
  const job = JSON.parse(readFileSync(jobFile, 'utf8')) as AgentJob
  process.exitCode = await runAgent(job, {
    access: inClusterAccess(process.env),
    write: (text) => void process.stdout.write(text),
    signal: ending.signal,
  })
}

/**
 * Observes, tests each lane, sends the load until the signal is aborted, and says everything in lines.
 * @returns the exit code: 0 at its end, 2 when it cannot go on
 */
export async function runAgent(job: AgentJob, io: AgentIo): Promise<number> {
  const say = createLineWriter((text) => io.write(text))
  say({ type: 'hello', version: process.version, node: process.env['HOSTNAME'] ?? '' })
  const observer = startObserver(createApiClient(io.access), job, say)
  try {
    return await work(job, { io, observer, say })
  } catch (error) {
    say({ type: 'broken', problem: (error as Error).message })
    return USAGE_EXIT_CODE
  } finally {
    observer.stop()
  }
}

interface Parts {
  readonly io: AgentIo
  readonly observer: Observer
  readonly say: (message: AgentMessage, atMs?: number) => void
}

async function work(job: AgentJob, { io, observer, say }: Parts): Promise<number> {
  await observer.synced
  say({ type: 'observing' })
  const { problems, leftOut } = await Promise.race([waitForAnswers(job, io.signal), observer.failed])
  say({ type: 'self-test', leftOut, problems: problems.map(({ sentence }) => sentence) })
  if (problems.length > 0) return USAGE_EXIT_CODE
  const { host, port, http2Port } = job.target
  const target = { host, port, ...(http2Port !== undefined && { http2Port }) }
  const load = startLoad(withoutLanes(job.load, leftOut), { pickTarget: () => target, leftOut })
  say({ type: 'load-started' })
  const timer = setInterval(() => say({ type: 'load', part: nextPart(load) }), PART_PERIOD_MS)
  try {
    await Promise.race([abortOf(io.signal), observer.failed])
    await load.stop()
  } finally {
    clearInterval(timer)
    finish(load, say)
  }
  say({ type: 'end' })
  return 0
}

function finish(load: RunningLoad, say: Parts['say']): void {
  load.abandon()
  say({ type: 'load', part: nextPart(load) })
}

async function abortOf(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** The Service may need a moment until it sends to this node's pods; what answers wrongly is said at once. */
async function waitForAnswers({ load, target }: AgentJob, signal: AbortSignal): Promise<SelfTestResult> {
  const untilMs = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const result = await selfTest(load, target)
    const isFinal = result.problems.some(({ unreachable }) => !unreachable)
    if (result.problems.length === 0 || isFinal || signal.aborted || performance.now() > untilMs)
      return result
    await sleep(START_RETRY_MS, undefined, { signal }).catch(() => undefined)
  }
}
