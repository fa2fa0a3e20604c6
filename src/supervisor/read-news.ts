import { inFlightKinds } from '../core/in-flight.ts'
import { isSignalName } from '../core/signal-names.ts'
import { type GenerationFacts, isSupervisionMessage, type NewsMessage } from '../core/supervision.ts'

/** A reason is part of a log line and of a sentence. */
const MAX_REASON_LENGTH = 1_000

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a message of a generation. The program can send whatever it likes on its channel, and nothing of it
 * may end the supervisor.
 * @returns null when it is none of ours
 */
export function readNews(message: unknown): NewsMessage | null {
  if (!isSupervisionMessage(message)) return null
  const { lastcall, shutdownMs, reason, question, facts } = message as unknown as Fields
  switch (lastcall) {
    case 'ready':
    case 'accepting':
    case 'paused':
      return { lastcall }
    case 'hello':
      return isCount(shutdownMs) ? { lastcall, shutdownMs } : null
    case 'unready':
    case 'leaving':
      return typeof reason === 'string' ? { lastcall, reason: reason.slice(0, MAX_REASON_LENGTH) } : null
    case 'facts': {
      const read = readFacts(facts)
      return typeof question === 'number' && read ? { lastcall, question, facts: read } : null
    }
    case 'hooked':
    case 'signalled':
      return readHook(lastcall, message as unknown as Fields)
    default:
      return null
  }
}

function readHook(lastcall: 'hooked' | 'signalled', { signal, when }: Fields): NewsMessage | null {
  return isSignalName(signal) && isMoment(when) ? { lastcall, signal, when } : null
}

/** A kind that the generation does not know, because its release has another lastcall, counts as none. */
function readFacts(value: unknown): GenerationFacts | null {
  if (!isObject(value) || !isObject(value['inFlight'])) return null
  const { state, inFlight, connections, metrics } = value
  if (typeof state !== 'string' || !isCount(connections)) return null
  if (metrics !== null && typeof metrics !== 'string') return null
  const counts = inFlightKinds.map((kind) => [kind, isCount(inFlight[kind]) ? inFlight[kind] : 0])
  return {
    state: state as GenerationFacts['state'],
    inFlight: Object.fromEntries(counts) as GenerationFacts['inFlight'],
    connections,
    metrics,
  }
}

const isMoment = (value: unknown): value is 'before' | 'after' => value === 'before' || value === 'after'

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0
