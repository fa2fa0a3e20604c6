import type { RestartResult } from './machine/effect.ts'
import type { Request } from './machine/state.ts'

/** The restarts that somebody waits for. */
export class Restarts {
  readonly #waiting = new Map<number, (result: RestartResult) => void>()
  #lastId = 0

  /** A new request, and the promise of its result. */
  create(reason: string): { readonly request: Request; readonly result: Promise<RestartResult> } {
    const request = { id: ++this.#lastId, reason }
    const { promise, resolve } = Promise.withResolvers<RestartResult>()
    this.#waiting.set(request.id, resolve)
    return { request, result: promise }
  }

  settle({ id }: Request, result: RestartResult): void {
    this.#waiting.get(id)?.(result)
    this.#waiting.delete(id)
  }
}
