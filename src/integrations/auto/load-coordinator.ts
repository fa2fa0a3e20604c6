import { createRequire } from 'node:module'
import type { coordinate } from './coordinator.ts'

type Coordinate = typeof coordinate

/**
 * Loads the coordinator at the first server. The lifecycle needs http, https and http2, which take longer to
 * load than many a program runs. It loads synchronously where possible: `listen()` has just been called, and
 * the first connection may come in the next turn of the event loop.
 */
export class CoordinatorModule {
  #coordinate: Coordinate | null = null
  #importing = false
  readonly #waiting: (() => void)[] = []

  /** Starts loading now in a bundle, which can load only asynchronously. */
  prepare(): void {
    if (siblingFile() === null) void this.#import()
  }

  /** @returns null when it cannot be loaded synchronously */
  get(): Coordinate | null {
    this.#coordinate ??= requireCoordinator()
    return this.#coordinate
  }

  /** Calls back when it is loaded: at once where synchronous loading works. */
  whenLoaded(act: () => void): void {
    if (this.get() !== null) return act()
    this.#waiting.push(act)
    void this.#import()
  }

  async #import(): Promise<void> {
    if (this.#importing) return
    this.#importing = true
    // Bundlers include the file only for an import of this form.
    this.#coordinate = (await import('./coordinator.ts')).coordinate
    for (const act of this.#waiting.splice(0)) act()
  }
}

/**
 * The coordinator's file, relative to this one; null in a bundle, which may have another file of that name
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
    // A compiler hook in require() may refuse ES modules (ts-node), and webpack bundles keep the URL of
    // source files that may be gone. The asynchronous import works in both cases, and reports any other error
    // again.
    return null
  }
}
