import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningLoad, startLoad } from '../../../../load/engine.ts'
import { type LaneChanges, noChanges, shownChanges } from '../../../../load/lane-changes.ts'
import { type LoadOptions, withoutLeftOut } from '../../../../load/load-options.ts'
import type { LoadRecord } from '../../../../load/load-record.ts'
import { refuseSelfTest } from '../../../../load/self-test.ts'
import type { LoadShare } from '../../../../load/share.ts'
import { waitForAnswers } from '../../../../load/wait-for-answers.ts'
import type { ApiAccess } from '../api/access.ts'
import { type ApiClient, createApiClient } from '../api/client.ts'
import { watchCommands } from './commands.ts'
import { startObserver } from './observer.ts'
import { runAlone } from './own-run.ts'
import {
  type AgentCommand,
  type AgentJob,
  type AgentMessage,
  ALIVE_PERIOD_MS,
  createLineWriter,
  START_TIMEOUT_MS,
} from './protocol.ts'
import { afterRoleLag } from './role-lag.ts'
import { wholeChanges } from './whole-changes.ts'

/** The process of the agent, as far as the agent uses it. */
export interface AgentIo {
  readonly access: ApiAccess
  /** Index of this pod in the Job; pod 0 observes. */
  readonly index: number
  write(text: string): void
  /** SIGTERM aborts it: stop sending, finish, print the sum. */
  readonly signal: AbortSignal
}

type Say = (message: AgentMessage, atMs?: number) => void

const BROKEN_EXIT_CODE = 2
const PART_PERIOD_MS = 1_000
/** The deletion of the agent also deletes its account, and SIGTERM may arrive after that. Milliseconds. */
const SIGNAL_LAG_MS = 5_000

/**
 * Observes (only one pod does) and follows commands until the signal is aborted. Reports everything in lines.
 * @returns the exit code: 0 at its end or that of the verdict, 2 when it cannot go on
 */
export async function runAgent(job: AgentJob, { access, index, write, signal }: AgentIo): Promise<number> {
  const say = createLineWriter(write)
  say({ type: 'hello', version: process.version, node: process.env['HOSTNAME'] ?? '' })
  const api = createApiClient(access)
  const alive = setInterval(() => say({ type: 'alive' }), ALIVE_PERIOD_MS)
  try {
    const exitCode = await work(job, { api, say, signal, share: { index, of: job.generators } })
    say({ type: 'end' })
    return exitCode
  } catch (error) {
    say({ type: 'broken', problem: (error as Error).message })
    return BROKEN_EXIT_CODE
  } finally {
    clearInterval(alive)
  }
}

interface Parts {
  readonly api: ApiClient
  readonly say: Say
  readonly signal: AbortSignal
  readonly share: LoadShare
}

function work(job: AgentJob, parts: Parts): Promise<number> {
  if (job.run) return runAlone(job, job.run, parts)
  return job.load ? sendAtOnce(job, job.load, parts) : runCommands(job, parts)
}

async function runCommands(job: AgentJob, { api, say, signal, share }: Parts): Promise<number> {
  const observer = share.index === 0 ? startObserver(api, job, say) : undefined
  const worker = createWorker(job, say, { signal, share })
  try {
    if (observer) {
      // An API server without an answer must not prevent the agent's end.
      await Promise.race([observer.synced, abortOf(signal)])
      if (!signal.aborted) say({ type: 'observing' })
    }
    const commands = afterRoleLag(() => watchCommands(api, job, worker.take, signal), signal)
    const failed = Promise.race([...(observer ? [observer.failed] : []), worker.failed, commands])
    await Promise.race([abortOf(signal), lagging(failed, signal)])
    await worker.stop()
    return 0
  } finally {
    observer?.stop()
    worker.abandon()
  }
}

/** An agent without an account cannot read commands and does not observe. It issues its own commands. */
async function sendAtOnce(job: AgentJob, load: LoadOptions, parts: Parts): Promise<number> {
  const { say, signal } = parts
  const sayAndGoOn: Say = (message, atMs) => {
    say(message, atMs)
    if (message.type !== 'self-test' || signal.aborted) return
    const { problems, changes } = message
    try {
      refuseSelfTest(load, problems, changes)
    } catch {
      // The command line also rejects the result, and ends this agent.
      return
    }
    worker.take({ n: 2, do: 'load', load: withoutLeftOut(load, changes), changes })
  }
  const worker = createWorker(job, sayAndGoOn, parts)
  try {
    worker.take({ n: 1, do: 'self-test', load })
    await Promise.race([abortOf(signal), worker.failed])
    await worker.stop()
    return 0
  } finally {
    worker.abandon()
  }
}

async function abortOf(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Ignores a failure if the signal follows it. */
async function lagging(failed: Promise<unknown>, signal: AbortSignal): Promise<void> {
  try {
    await failed
  } catch (error) {
    await sleep(SIGNAL_LAG_MS, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) throw error
  }
}

interface Worker {
  readonly take: (command: AgentCommand) => void
  /** Rejects when a command has failed because of the agent itself. */
  readonly failed: Promise<never>
  /** Ends the load, waits for outstanding requests, and reports the remaining counts. */
  stop(): Promise<void>
  abandon(): void
}

/** Runs one command after another. */
function createWorker(job: AgentJob, say: Say, { signal, share }: Pick<Parts, 'signal' | 'share'>): Worker {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  let queue: Promise<void> = Promise.resolve()
  let load: RunningLoad | undefined
  let timer: NodeJS.Timeout | undefined
  const takePart = createPartTaker()
  let { target } = job
  let found: LaneChanges | undefined
  const sayPart = (): void => {
    if (load) say({ type: 'load', part: takePart(load) })
  }
  const obey = async (command: AgentCommand): Promise<void> => {
    if (command.do === 'clock') say({ type: 'clock', command: command.n })
    else if (command.do === 'self-test') {
      const answers = await waitForAnswers(command.load, target, { timeoutMs: START_TIMEOUT_MS, signal })
      const { problems, target: answering, ...changes } = answers
      target = answering
      found = changes
      const sentences = problems.map(({ sentence }) => sentence)
      // Keep secrets out of the log.
      say({ type: 'self-test', command: command.n, changes: shownChanges(changes), problems: sentences })
    } else {
      const changes = wholeChanges(command.load, command.changes, found)
      load = startLoad(command.load, { pickTarget: () => target, changes, share })
      timer = setInterval(sayPart, PART_PERIOD_MS)
      say({ type: 'load-started', command: command.n })
    }
  }
  return {
    take(command) {
      queue = queue.then(() => obey(command)).catch((error: unknown) => failure.reject(error))
    },
    failed: failure.promise,
    async stop() {
      await queue
      clearInterval(timer)
      await load?.stop()
      sayPart()
    },
    abandon() {
      clearInterval(timer)
      load?.abandon()
    },
  }
}

/** Each stall and each change is reported once, so this skips those that were listed before. */
function createPartTaker(): (load: RunningLoad) => LoadRecord {
  let lastMs = 0
  let isFirst = true
  return (load) => {
    const part = load.take()
    const stalls = part.health.stalls.filter(({ at }) => at.wallMs > lastMs)
    lastMs = stalls.at(-1)?.at.wallMs ?? lastMs
    const changes = isFirst ? {} : noChanges
    isFirst = false
    return { ...part, ...changes, health: { ...part.health, stalls } }
  }
}
