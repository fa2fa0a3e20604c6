import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import { guardSignal } from '../guard/guarded-signal.ts'

/** A response of HTTP/1, or one of HTTP/2 in Node's compatibility API. */
export type AnyResponse = ServerResponse | Http2ServerResponse

/**
 * One signal for each response: aborted when the drain has closed the listeners, or when the response is
 * closed.
 */
export class ResponseSignals {
  readonly #drain: AbortSignal
  readonly #onError: (error: unknown) => void
  readonly #signals = new WeakMap<AnyResponse, AbortSignal>()
  /**
   * Controllers of the open responses. The drain's own signal needs only one listener, however many responses
   * are open.
   */
  readonly #open = new Set<AbortController>()

  /** @param onError receives what listeners of the signals throw */
  constructor(drain: AbortSignal, onError: (error: unknown) => void) {
    this.#drain = drain
    this.#onError = onError
    drain.addEventListener('abort', () => {
      for (const controller of this.#open) controller.abort(drain.reason)
    })
  }

  /** @throws LastcallError `LASTCALL_INVALID_OPTIONS` */
  of(response: AnyResponse): AbortSignal {
    const known = this.#signals.get(response)
    if (known) return known
    refuseOther(response)
    const controller = new AbortController()
    this.#signals.set(response, guardSignal(controller.signal, this.#onError))
    if (this.#drain.aborted) controller.abort(this.#drain.reason)
    else if (isClosed(response)) controller.abort(closedError())
    else this.#watch(response, controller)
    return controller.signal
  }

  #watch(response: AnyResponse, controller: AbortController): void {
    this.#open.add(controller)
    // Watches the response: a request closes as soon as its body is read, and a socket lives on with the next
    // request.
    response.once('close', () => {
      this.#open.delete(controller)
      controller.abort(closedError())
    })
  }
}

function isClosed(response: AnyResponse): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed
}

const closedError = (): Error => new Error('The response is closed')

function refuseOther(response: unknown): void {
  const usable = typeof response === 'object' && response !== null && 'setHeader' in response
  if (usable) return
  throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
    `signalFor: got ${describe(response)}, wanted the response of a request (not the request)`,
  ])
}
