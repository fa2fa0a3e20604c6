import { type FSWatcher, watch } from 'node:fs'
import { basename } from 'node:path'
import type { Target } from './inspect.ts'

interface Open {
  readonly watcher: FSWatcher
  /** Entries of interest; null: all. */
  names: ReadonlySet<string> | null
}

/** What the kernel reports: that something has happened, or that it cannot watch any more. */
export interface WatchersListener {
  onEvent(): void
  onError(error: unknown): void
}

/** The open watches of the kernel, by path. They do not keep the process alive. */
export class Watchers {
  readonly #listener: WatchersListener
  #open = new Map<string, Open>()

  constructor(listener: WatchersListener) {
    this.#listener = listener
  }

  /**
   * Watches these targets, and no others.
   * @returns whether one is new: what has happened before its watch began has not been reported
   * @throws Error of `fs.watch`, such as ENOSPC when no more watches are allowed
   */
  update(targets: readonly Target[]): boolean {
    const before = this.#open
    this.#open = new Map()
    let hasNew = false
    try {
      for (const [path, names] of merge(targets)) {
        const open = before.get(path)
        if (open) open.names = names
        else hasNew = true
        this.#open.set(path, open ?? this.#start(path, names))
        before.delete(path)
      }
    } finally {
      for (const { watcher } of before.values()) watcher.close()
    }
    return hasNew
  }

  close(): void {
    for (const { watcher } of this.#open.values()) watcher.close()
    this.#open.clear()
  }

  #start(path: string, names: ReadonlySet<string> | null): Open {
    const watcher = watch(path, { persistent: false })
    const open: Open = { watcher, names }
    watcher.on('error', (error) => this.#listener.onError(error))
    watcher.on('change', (event, entry) => {
      const isOwnEnd = event === 'rename' && entry === basename(path)
      if (isOwnEnd) this.#drop(path, open)
      // A busy folder on the way, such as /tmp, is no reason to look.
      if (isOwnEnd || entry === null || open.names === null || open.names.has(String(entry))) {
        this.#listener.onEvent()
      }
    })
    return open
  }

  /** It has been moved or removed, and the watch stays with it; the path may be another folder by now. */
  #drop(path: string, open: Open): void {
    open.watcher.close()
    if (this.#open.get(path) === open) this.#open.delete(path)
  }
}

/** One watch for each file and folder. */
function merge(targets: readonly Target[]): ReadonlyMap<string, ReadonlySet<string> | null> {
  const merged = new Map<string, Set<string> | null>()
  for (const { path, name } of targets) {
    const names = merged.get(path)
    if (name === null || names === null) merged.set(path, null)
    else merged.set(path, (names ?? new Set<string>()).add(name))
  }
  return merged
}
