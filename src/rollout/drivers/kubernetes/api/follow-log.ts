import { setTimeout as sleep } from 'node:timers/promises'
import { isNotFound, isTransient } from './api-error.ts'
import type { ApiClient } from './client.ts'

/** One container's log. */
export interface LogSource {
  /** Path of the pod, such as `/api/v1/namespaces/shop/pods/agent-x7k2p`. */
  readonly pod: string
  readonly container: string
}

/** Ports of {@link followLog}. */
export interface LogListener {
  /** One line without its time stamp. */
  onLine(line: string): void
  /** Whether the container still runs; asked when a stream has ended. Must not reject. */
  isRunning(): Promise<boolean>
  /** A stream broke and is opened again. */
  onBroken?(why: string): void
}

const PAUSE_MS = 250

/**
 * Follows a log from its first line until its container has ended. A stream that breaks or falls silent is
 * opened again at the last line's time; no line is reported twice.
 * @throws ApiError when the server refuses for good; a pod that is gone is the end, not an error
 */
export async function followLog(
  api: ApiClient,
  { pod, container }: LogSource,
  listener: LogListener,
  signal: AbortSignal,
): Promise<void> {
  const position = createPosition()
  for (;;) {
    // Asked before the stream: only one that was opened after the end is known to be complete.
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
      // 400: the container has not been created yet, or its node says so during a restart.
      if (!isTransient(error)) throw error
      listener.onBroken?.((error as Error).message)
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
}

interface Position {
  /** A new stream begins: what was there before comes again first. */
  rewind(): void
  since(): { readonly sinceTime?: string }
  /** The line without its time stamp; undefined when it was there before. */
  take(line: string): string | undefined
}

/**
 * Where a reader of a log is. The server resumes at a whole second, so that a part comes again; several
 * lines may share one time stamp.
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

/** Time stamps drop the zeros at their end (`…:07.5Z`), so that they cannot be compared as texts. */
function comparable(stamp: string): string {
  const [, seconds, fraction = '', zone] =
    /^(.*?\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(stamp) ?? []
  if (seconds === undefined) return stamp
  return `${seconds}.${fraction.padEnd(9, '0')}${zone}`
}
