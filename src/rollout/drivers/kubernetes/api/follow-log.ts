import { setTimeout as sleep } from 'node:timers/promises'
import { isNotFound, isTransient } from './api-error.ts'
import type { ApiClient } from './client.ts'

/** One container's log. */
export interface LogSource {
  /** Path of the pod, such as `/api/v1/namespaces/shop/pods/agent-x7k2p`. */
  readonly pod: string
  readonly container: string
}

/** Receiver of the lines of {@link followLog}. */
export interface LogListener {
  /** One line without its timestamp. */
  onLine(line: string): void
  /** Whether the container still runs; called after the end of each stream. Must not reject. */
  isRunning(): Promise<boolean>
  /** A stream broke and will be reopened. */
  onBroken?(why: string): void
}

const PAUSE_MS = 250

/**
 * Follows a log from its first line until its container has ended. A broken or silent stream is reopened at
 * the time of the last line; no line is reported twice.
 * @throws ApiError when the server refuses permanently; a missing pod is the end, not an error
 */
export async function followLog(
  api: ApiClient,
  { pod, container }: LogSource,
  listener: LogListener,
  signal: AbortSignal,
): Promise<void> {
  const position = createPosition()
  for (;;) {
    // Asked before the stream opens: only a stream that was opened after the container's end is surely
    // complete.
    const wasRunning = await listener.isRunning()
    if (signal.aborted) return
    try {
      const query = new URLSearchParams({
        container,
        follow: 'true',
        timestamps: 'true',
        ...position.since(),
      })
      position.rewind()
      for await (const line of api.lines(`${pod}/log?${query.toString()}`, signal)) {
        const text = position.take(line)
        if (text !== undefined) listener.onLine(text)
      }
      if (!wasRunning) return
    } catch (error) {
      if (isNotFound(error) || signal.aborted) return
      // 400: the container does not exist yet, or its node claims so during a restart.
      if (!isTransient(error)) throw error
      listener.onBroken?.((error as Error).message)
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
}

interface Position {
  /** A new stream begins and repeats earlier lines first. */
  rewind(): void
  since(): { readonly sinceTime?: string }
  /** The line without its timestamp; undefined if it was reported before. */
  take(line: string): string | undefined
}

/**
 * The position of a log reader. The server resumes at a whole second, so some lines come again; several lines
 * may have the same timestamp.
 */
function createPosition(): Position {
  let last = ''
  let seenOfLast = 0
  let repeated: number | undefined
  return {
    rewind() {
      repeated = 0
    },
    since: () => (last === '' ? {} : { sinceTime: last }),
    take(line) {
      const space = line.indexOf(' ')
      const stamp = comparable(line.slice(0, space))
      if (repeated !== undefined) {
        if (stamp < last) return undefined
        if (stamp === last && repeated++ < seenOfLast) return undefined
        repeated = undefined
      }
      seenOfLast = stamp === last ? seenOfLast + 1 : 1
      last = stamp
      return line.slice(space + 1)
    },
  }
}

/** Timestamps omit trailing zeros (`…:07.5Z`), so they cannot be compared as text. */
function comparable(stamp: string): string {
  const [, seconds, fraction = '', zone] =
    /^(.*?\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(stamp) ?? []
  if (seconds === undefined) return stamp
  return `${seconds}.${fraction.padEnd(9, '0')}${zone}`
}
