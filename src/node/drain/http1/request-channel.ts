import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'

// Node publishes every request here before any listener sees it, including those with Expect: 100-continue,
// which a 'request' listener would miss. Adding such listeners ('checkContinue', 'upgrade') would change
// Node's behavior (Node docs, diagnostics_channel, "HTTP").
const startChannel = 'http.server.request.start'
const finishChannel = 'http.server.response.finish'

/** Called with each exchange of one server. */
export type ExchangeListener = (request: IncomingMessage, response: ServerResponse) => void

interface Message {
  readonly server: Server
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

class Exchange {
  readonly #channel: string
  readonly #listeners = new Map<Server, ExchangeListener>()

  constructor(channel: string) {
    this.#channel = channel
  }

  add(server: Server, listener: ExchangeListener): Disposable {
    if (this.#listeners.size === 0) subscribe(this.#channel, this.#publish)
    this.#listeners.set(server, listener)
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(server)
        if (this.#listeners.size === 0) unsubscribe(this.#channel, this.#publish)
      },
    }
  }

  readonly #publish = (message: unknown): void => {
    const { server, request, response } = message as Message
    this.#listeners.get(server)?.(request, response)
  }
}

const starts = new Exchange(startChannel)
const finishes = new Exchange(finishChannel)

/**
 * Calls the listener when the head of a request is complete, before the server's own listeners. One listener
 * per server.
 */
export function onRequestStart(server: Server, listener: ExchangeListener): Disposable {
  return starts.add(server, listener)
}

/**
 * Calls the listener when a response was handed to the operating system. Aborted responses never get there:
 * their socket closes.
 */
export function onRequestFinish(server: Server, listener: ExchangeListener): Disposable {
  return finishes.add(server, listener)
}
