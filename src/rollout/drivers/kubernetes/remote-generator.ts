import { LastcallError } from '../../../core/errors.ts'
import type { Instant } from '../../../load/sample.ts'
import { followAgentLog } from './agent-log.ts'
import type { AgentPod } from './agent-pod.ts'
import type { AgentLine } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import type { ClockBridge } from './clock-bridge.ts'
import { createLineWaiters, type LineWaiters } from './line-waiters.ts'
import { createLoadSum, type LoadSum } from './load-sum.ts'

/** One pod of the agent, as this process sees it. */
export interface RemoteGenerator {
  /** Counted from 1. */
  readonly number: number
  /** Its name for messages; undefined for the only generator. */
  readonly name: string | undefined
  readonly first: LineWaiters['first']
  /** Its part of the load so far. */
  readonly load: LoadSum
  /** Rejects with `LASTCALL_AGENT` when it is lost or ends by itself; resolves when it was told to end. */
  readonly ended: Promise<void>
}

/** Receivers of the lines of a generator. */
export interface GeneratorPorts {
  readonly clock: ClockBridge
  /** When this machine caused the event of the line; undefined if it did not. */
  causeOf(line: AgentLine): Instant | undefined
  /** Whether this process has asked the generator to end. */
  isEnding(): boolean
  onLine(line: AgentLine): void
  onNotice(text: string): void
}

/** Follows the log of one agent pod until its end or until the signal is aborted. */
export function followGenerator(
  api: ApiClient,
  { pod, namespace, of }: { readonly pod: AgentPod; readonly namespace: string; readonly of: number },
  { clock, causeOf, isEnding, onLine, onNotice }: GeneratorPorts,
  signal: AbortSignal,
): RemoteGenerator {
  const number = pod.index + 1
  const node = pod.node === undefined ? '' : ` on the node ${pod.node}`
  const name = of === 1 ? undefined : `generator ${number} of ${of} (${pod.name}${node})`
  const withName = (text: string): string => (name === undefined ? text : `${name}: ${text}`)
  const lines = createLineWaiters()
  const load = createLoadSum(clock)
  const take = (line: AgentLine): void => {
    const cause = causeOf(line)
    if (cause) clock.caused(line.at, cause)
    if (line.type === 'load') load.add(line.part)
    onLine(line)
    lines.take(line)
  }
  const ports = { clock, onLine: take, onNotice: (text: string) => onNotice(withName(text)) }
  const follow = async (): Promise<void> => {
    try {
      await followAgentLog(api, `/api/v1/namespaces/${namespace}/pods/${pod.name}`, ports, signal)
      if (!isEnding()) throw endedEarly()
    } catch (error) {
      const named =
        error instanceof LastcallError ? new LastcallError(error.code, error.problems.map(withName)) : error
      lines.fail(named as Error)
      throw named
    }
  }
  const ended = follow()
  ended.catch(() => undefined)
  return { number, name, first: lines.first, load, ended }
}

/** The error of an agent that ended normally without being asked to. */
export function endedEarly(): LastcallError {
  return new LastcallError('LASTCALL_AGENT', ['the agent ended by itself, before it was told to'])
}
