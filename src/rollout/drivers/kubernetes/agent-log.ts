import { LastcallError } from '../../../core/errors.ts'
import { readClocks } from '../../../load/sample.ts'
import type { ApiClient } from './api/client.ts'
import { followLog } from './api/follow-log.ts'
import { describeLoss, isAgentRunning } from './agent-pod.ts'
import { type AgentLine, parseAgentLine } from './agent/protocol.ts'
import type { ClockBridge } from './clock-bridge.ts'
import { AGENT_CONTAINER } from './manifests.ts'

/** The agent's lines as they arrive. */
export interface AgentLog {
  /** Resolves when the log has come to its end; rejects with `LASTCALL_AGENT` when the agent was lost. */
  readonly ended: Promise<void>
}

/** What is done with the lines. */
export interface AgentLogPorts {
  readonly clock: ClockBridge
  onLine(line: AgentLine): void
  /** Something that a person should know: the log broke, lines were lost. */
  onNotice(text: string): void
}

/** Lines that are not the agent's are kept for the case that it breaks. */
const KEPT_WORDS = 10

/** Follows the agent's log from its first line to the line `end`. */
export function followAgentLog(
  api: ApiClient,
  podPath: string,
  { clock, onLine, onNotice }: AgentLogPorts,
  signal: AbortSignal,
): AgentLog {
  const lastWords: string[] = []
  let lastNumber = 0
  let isComplete = false
  let broken: string | undefined
  const take = (text: string): void => {
    const line = parseAgentLine(text)
    if (!line) {
      lastWords.push(text)
      if (lastWords.length > KEPT_WORDS) lastWords.shift()
      return
    }
    if (line.n !== lastNumber + 1) {
      onNotice(
        `lines ${lastNumber + 1} to ${line.n - 1} of the agent's log are missing: its node has rotated them away`,
      )
    }
    lastNumber = line.n
    clock.heard(line.at, readClocks())
    if (line.type === 'end') isComplete = true
    if (line.type === 'broken') broken = line.problem
    onLine(line)
  }
  const follow = async (): Promise<void> => {
    await followLog(
      api,
      { pod: podPath, container: AGENT_CONTAINER },
      {
        onLine: take,
        isRunning: () => isAgentRunning(api, podPath),
        onBroken: (why) => onNotice(`the agent's log broke off and is read on: ${why}`),
      },
      signal,
    )
    if (isComplete || signal.aborted) return
    const why = broken ?? (await describeLoss(api, podPath, lastWords))
    throw new LastcallError('LASTCALL_AGENT', [why])
  }
  return { ended: follow() }
}
