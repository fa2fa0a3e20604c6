import { createRequire } from 'node:module'
import type { coordinate } from './coordinator.ts'

type Coordinate = typeof coordinate

/**
 * Loads the coordinator with the first server. The lifecycle needs all of http, https and http2, which take
 * longer to load than many a program runs. It is loaded in one go where that works: `listen()` has just been
 * called, and the first connection comes with the next turn of the event loop.
 */
export class CoordinatorModule {
  #coordinate: Coordinate | null = null
  #importing = false
  readonly #waiting: (() => void)[] = []

  /** Begins to load at once in a bundle, which can only do it asynchronously. */
  prepare(): void {
    if (siblingFile() === null) void this.#import()
  }

  /** @returns null when it cannot be loaded in one go */
  get(): Coordinate | null {
    this.#coordinate ??= requireCoordinator()
    return this.#coordinate
  }

  /** Calls back once it is there, which is at once where that works. */
  whenLoaded(act: () => void): void {
    if (this.get() !== null) return act()
    this.#waiting.push(act)
    void this.#import()
  }

  async #import(): Promise<void> {
    if (this.#importing) return
    this.#importing = true
    // In this form bundlers take the file along.
    this.#coordinate = (await import('./coordinator.ts')).coordinate
    for (const act of this.#waiting.splice(0)) act()
  }
}

/**
 * The coordinator's own file, seen from this one; null in a bundle, which may have another file of that name
 * beside it.
 */
function siblingFile(): string | null {
  const here: string | undefined = import.meta.url
  const [, extension] = /\/auto\/load-coordinator\.([jt]s)$/.exec(here ?? '') ?? []
  return extension === undefined ? null : `./coordinator.${extension}`
}

function requireCoordinator(): Coordinate | null {
  const file = siblingFile()
  if (file === null) return null
  try {
    return (createRequire(import.meta.url)(file) as { coordinate: Coordinate }).coordinate
  } catch {
    // A compiler that hooks into require() may refuse ES modules, as ts-node does; webpack's bundles keep the
    // URL of the source, where nothing may be left. An import gets past both, and meets the error again if it
    // is another.
    return null
  }
}
