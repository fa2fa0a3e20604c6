import { resolve } from 'node:path'
import { LastcallError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { inspect, type Inspection } from './inspect.ts'
import { Watchers } from './watchers.ts'

/**
 * Several files, or one that is written in pieces, are one change: it is over after this time without
 * another.
 */
const SETTLE_MS = 200
/** Where the kernel cannot watch. */
const POLL_MS = 1_000

/** What watching needs beside the paths. */
export interface WatchOptions {
  /** For relative paths; with its symlinks, so that a switched one is a change. */
  readonly cwd: string
  readonly logger: Logger
}

interface Watched {
  readonly path: string
  /** Of the content that was reported last. */
  known: string
  /** Of a content that may still be growing. */
  candidate: string | null
}

/**
 * Watches files, folders with everything below them, and mounted ConfigMaps and Secrets. A path that
 * disappears is no change until it is back. It does not keep the process alive.
 * @param onChange gets the paths whose content has changed and is settled (200 ms without a change)
 * @throws LastcallError `LASTCALL_USAGE` when a path is missing at the start
 */
export function watchPaths(
  paths: readonly string[],
  onChange: (paths: readonly string[]) => void,
  { cwd, logger }: WatchOptions,
): Disposable {
  const watched = readFirst(paths, cwd)
  let timer: NodeJS.Timeout | undefined
  let poll: NodeJS.Timeout | undefined
  let isClosed = false

  const lookSoon = (): void => {
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(look, SETTLE_MS).unref()
  }
  const pollInstead = (error: unknown): void => {
    watchers.close()
    if (poll || isClosed) return
    poll = setInterval(look, POLL_MS).unref()
    const why = error instanceof Error ? error.message : String(error)
    logger.warn({ why }, 'lastcall: files cannot be watched, and are looked at each second instead')
  }
  const watchers = new Watchers({ onEvent: lookSoon, onError: pollInstead })
  const watchTargets = (views: readonly Inspection[]): void => {
    if (poll) return
    try {
      if (watchers.update(views.flatMap(({ targets }) => targets))) lookSoon()
    } catch (error) {
      // Between the look and the watch something has disappeared; the next look does not find it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return lookSoon()
      pollInstead(error)
    }
  }
  const look = (): void => {
    const views = watched.map(({ path }) => inspect(path))
    watchTargets(views)
    const settled = watched.filter((one, index) => isSettled(one, views[index]?.fingerprint ?? null))
    if (watched.some(({ candidate }) => candidate !== null)) lookSoon()
    if (settled.length > 0) onChange(settled.map(({ path }) => path))
  }

  look()
  return {
    [Symbol.dispose]() {
      isClosed = true
      clearTimeout(timer)
      clearInterval(poll)
      watchers.close()
    },
  }
}

function readFirst(paths: readonly string[], cwd: string): readonly Watched[] {
  const problems: string[] = []
  const watched = paths.map((given) => {
    const path = resolve(cwd, given)
    const { fingerprint } = inspect(path)
    if (fingerprint === null) {
      problems.push(`--watch: ${path} does not exist, or cannot be read; name a file or folder that is there`)
    }
    return { path, known: fingerprint ?? '', candidate: null }
  })
  if (problems.length > 0) throw new LastcallError('LASTCALL_USAGE', problems)
  return watched
}

/** Whether the content is another one than before, and the same as at the last look. */
function isSettled(one: Watched, fingerprint: string | null): boolean {
  // A path that is missing is being replaced.
  const isNew = fingerprint !== null && fingerprint !== one.known
  if (!isNew || fingerprint !== one.candidate) {
    one.candidate = isNew ? fingerprint : null
    return false
  }
  one.known = fingerprint
  one.candidate = null
  return true
}
