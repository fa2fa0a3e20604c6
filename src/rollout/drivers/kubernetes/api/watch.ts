import { setTimeout as sleep } from 'node:timers/promises'
import { type Instant, readClocks } from '../../../../load/sample.ts'
import { ApiError, isTransient } from './api-error.ts'
import type { ApiClient } from './client.ts'
import type { KubernetesObject, ObjectList } from './objects.ts'

/** The change of an object. */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** A period in which changes of the watched objects were seen late or not at all. */
export interface WatchGap {
  readonly from: Instant
  readonly to: Instant
  /** Whether intermediate states were lost, because the list had to be read again. */
  readonly lost: boolean
  readonly why: string
}

/** The objects to watch. */
export interface WatchTarget {
  /** Path of the list, such as `/api/v1/namespaces/shop/pods`. */
  readonly path: string
  /** `labelSelector`, `fieldSelector`. Default: none */
  readonly query?: Readonly<Record<string, string>>
}

/**
 * Receiver of the changes. `at` is the time of arrival, because the times of Kubernetes are in whole seconds.
 */
export interface WatchListener<T> {
  onEvent(type: WatchEventType, object: T, at: Instant): void
  /** Called once, after the first list has been reported as `ADDED`. */
  onSynced?(): void
  onGap?(gap: WatchGap): void
}

/**
 * The server ends a watch after this time with a bookmark. Longer silence means that the connection is
 * broken.
 */
const WATCH_SECONDS = 25
/** A shorter gap between two watches misses nothing relevant. */
const SHORT_GAP_MS = 100
const MAX_PAUSE_MS = 2_000
/** `410 Gone`: the server no longer has the version to resume from. */
const GONE = 410

/**
 * Watches objects until the signal is aborted. It resumes after a broken or silent connection, and reads the
 * list again if the server no longer has that version.
 * @throws ApiError when the server refuses permanently, such as 403
 */
export async function watchObjects<T extends KubernetesObject>(
  api: ApiClient,
  target: WatchTarget,
  listener: WatchListener<T>,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>()
  let version: string | undefined
  let gap: { readonly from: Instant; lost: boolean; why: string } | undefined
  let pauseMs = 0
  let synced = false

  const closeGap = (): void => {
    if (!gap) return
    const to = readClocks()
    if (gap.lost || to.monotonicMs - gap.from.monotonicMs >= SHORT_GAP_MS) listener.onGap?.({ ...gap, to })
    gap = undefined
    pauseMs = 0
  }
  const take = (type: WatchEventType, object: T, at: Instant): void => {
    if (type === 'DELETED') known.delete(object.metadata.uid)
    else known.set(object.metadata.uid, object)
    listener.onEvent(type, object, at)
  }
  const relist = async (): Promise<void> => {
    const list = await api.get<ObjectList<T>>(pathOf(target, {}), signal)
    const at = readClocks()
    const present = new Set(list.items.map(({ metadata }) => metadata.uid))
    for (const [uid, object] of known) if (!present.has(uid)) take('DELETED', object, at)
    for (const item of list.items) {
      const before = known.get(item.metadata.uid)
      if (!before) take('ADDED', item, at)
      else if (before.metadata.resourceVersion !== item.metadata.resourceVersion) take('MODIFIED', item, at)
    }
    version = list.metadata.resourceVersion
    if (!synced) listener.onSynced?.()
    synced = true
  }
  const follow = async (from: string): Promise<void> => {
    const query = {
      watch: '1',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(WATCH_SECONDS),
      resourceVersion: from,
    }
    for await (const line of api.lines(pathOf(target, query), signal, closeGap)) {
      const at = readClocks()
      const { type, object } = parseEvent<T>(line)
      if (type === 'ERROR') throw toWatchError(object)
      version = object.metadata.resourceVersion ?? version
      if (type !== 'BOOKMARK') take(type as WatchEventType, object, at)
    }
  }

  while (!signal.aborted) {
    try {
      if (version === undefined) await relist()
      if (version !== undefined) await follow(version)
      gap ??= { from: readClocks(), lost: false, why: 'the watch ended' }
    } catch (error) {
      if (signal.aborted) return
      gap ??= { from: readClocks(), lost: false, why: '' }
      gap.why = (error as Error).message
      if (error instanceof ApiError && error.status === GONE) {
        gap.lost = true
        version = undefined
      } else if (!isTransient(error)) throw error
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2 + 50)
    }
  }
}

function parseEvent<T>(line: string): { readonly type: string; readonly object: T } {
  try {
    return JSON.parse(line) as { type: string; object: T }
  } catch (error) {
    throw new ApiError(
      0,
      'BROKEN_LINE',
      `the watch sent a line that is not JSON: ${line.slice(0, 200)}`,
      error,
    )
  }
}

function toWatchError(status: object): ApiError {
  const {
    code = 0,
    reason = '',
    message = '',
  } = status as { code?: number; reason?: string; message?: string }
  return new ApiError(code, reason, message)
}

function pathOf({ path, query }: WatchTarget, more: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams({ ...query, ...more }).toString()
  return text === '' ? path : `${path}?${text}`
}
