import { LastcallError } from '../../../core/errors.ts'
import { readClocks } from '../../../load/sample.ts'
import { describeLoss, isAgentRunning } from './agent-pod.ts'
import { parseAgentLine } from './agent/parse-line.ts'
import type { AgentLine } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import { followLog } from './api/follow-log.ts'
import type { ClockBridge } from './clock-bridge.ts'
import { AGENT_CONTAINER } from './manifests.ts'

/** Receivers of the agent's log. */
export interface AgentLogPorts {
  readonly clock: ClockBridge
  onLine(line: AgentLine): void
  /** Reports something to the user: the log was interrupted. */
  onNotice(text: string): void
  /** The agent counts as lost after this much silence, in milliseconds. Default: 60,000 */
  readonly silenceMs?: number
}

/** Keeps this many foreign lines, in case that the agent breaks. */
const KEPT_WORDS = 10
const SILENCE_MS = 60_000

/**
 * Follows the agent's log from its first line and resolves after its last.
 * @throws LastcallError `LASTCALL_AGENT` when the agent was lost: it ended early, fell silent, or part of its
 * log is missing
 */
export async function followAgentLog(
  api: ApiClient,
  podPath: string,
  { clock, onLine, onNotice, silenceMs = SILENCE_MS }: AgentLogPorts,
  signal: AbortSignal,
): Promise<void> {
  const lastWords: string[] = []
  const silence = createSilence(silenceMs)
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
      throw lost(
        `lines ${lastNumber + 1} to ${line.n - 1} of the agent's log are missing ` +
          '(its node has rotated the log away), and with them what they counted',
      )
    }
    lastNumber = line.n
    silence.end()
    clock.heard(line.at, readClocks())
    if (line.type === 'end') isComplete = true
    if (line.type === 'broken') broken = line.problem
    onLine(line)
  }
  try {
    await followLog(
      api,
      { pod: podPath, container: AGENT_CONTAINER },
      {
        onLine: take,
        isRunning: () => isAgentRunning(api, podPath),
        onBroken: (why) => onNotice(`the agent's log broke off and is read on: ${why}`),
      },
      AbortSignal.any([signal, silence.signal]),
    )
  } finally {
    silence.stop()
  }
  if (isComplete || signal.aborted) return
  const seconds = silenceMs / 1_000
  const silent = `the agent has said nothing for ${seconds} s: its node is gone, or the API server does not reach it`
  throw lost(broken ?? (silence.signal.aborted ? silent : await describeLoss(api, podPath, lastWords)))
}

interface Silence {
  /** Aborted after the silence limit. */
  readonly signal: AbortSignal
  /** Restarts the silence limit after a line. */
  end(): void
  stop(): void
}

function createSilence(limitMs: number): Silence {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), limitMs)
  return { signal: controller.signal, end: () => timer.refresh(), stop: () => clearTimeout(timer) }
}

function lost(problem: string): LastcallError {
  return new LastcallError('LASTCALL_AGENT', [problem])
}
