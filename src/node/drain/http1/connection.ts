import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * What is remembered of one HTTP/1 connection: as little as possible, there may be ten thousand. Times are
 * whole milliseconds of `performance.now()`. No response is kept for a client that does not pipeline: Node
 * knows the one that is being answered.
 */
export interface Connection {
  readonly socket: Socket
  readonly openedAt: number
  /** How many requests have begun. */
  requests: number
  /** When the newest of them began. */
  requestAt: number
  /** Null unless the client sent its next request before it had the answer to the last one. */
  pipeline: Pipeline | null
}

/**
 * The unfinished responses of a client that pipelines. There may be ten thousand: none may be searched for.
 */
export interface Pipeline {
  /** When the request of each response began, oldest first. */
  readonly since: Map<ServerResponse, number>
  newest: ServerResponse
}

/** A response that is not finished. */
export interface OpenResponse {
  readonly response: ServerResponse
  /** When its request began. */
  readonly at: number
}

/**
 * The response that is being written, null when none is. Node keeps it on the socket from the request on
 * until the response has been handed to the operating system (`assignSocket`, `detachSocket` in
 * lib/_http_server.js, Node 22 to 26).
 */
export function currentResponse(socket: Socket): ServerResponse | null {
  const response = (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? null
  return response !== null && withdrawn.has(response) ? null : response
}

/** Responses that will never be written, because their requests are not processed. */
const withdrawn = new WeakSet<ServerResponse>()

/** Takes a response off its connection whose request is not processed: it is not in flight. */
export function withdraw(connection: Connection, response: ServerResponse): void {
  withdrawn.add(response)
  const { pipeline } = connection
  if (!pipeline?.since.delete(response) || pipeline.newest !== response) return
  const newest = [...pipeline.since.keys()].at(-1)
  if (newest) pipeline.newest = newest
  else connection.pipeline = null
}

/** The unfinished response that was begun last, null when there is none. */
export function newestResponse({ socket, pipeline }: Connection): ServerResponse | null {
  const current = currentResponse(socket)
  return current === null ? null : (pipeline?.newest ?? current)
}

/**
 * Whether no other response can follow this one: it is the newest, and all before it have ended. While one of
 * them has not, it waits for its turn, and the client may send more.
 */
export function isLastResponse(connection: Connection, response: ServerResponse): boolean {
  if (newestResponse(connection) !== response) return false
  for (const older of connection.pipeline?.since.keys() ?? []) {
    if (older === response) return true
    if (!older.writableEnded) return false
  }
  return true
}

/** All unfinished responses, oldest first. */
export function openResponses({ socket, pipeline, requestAt }: Connection): readonly OpenResponse[] {
  const current = currentResponse(socket)
  if (current === null) return []
  if (pipeline === null) return [{ response: current, at: requestAt }]
  const unfinished = [...pipeline.since].map(([response, at]) => ({ response, at }))
  // The 'close' of a finished response follows a tick later.
  return unfinished.slice(unfinished.findIndex(({ response }) => response === current))
}

/** How many requests wait for the end of their response; a request whose head is incomplete counts as one. */
export function countInFlight(connection: Connection): number {
  if (!isInFlight(connection)) return 0
  return Math.max(1, connection.pipeline?.since.size ?? 1)
}

/**
 * Whether bytes have arrived that no finished request accounts for, or a response is open. A destroyed socket
 * has nothing in flight.
 */
export function isInFlight({ socket, requests }: Connection): boolean {
  // Most connections are idle, and there may be ten thousand: as little as possible is asked of their
  // sockets.
  const isAnswering = currentResponse(socket) !== null
  if (!isAnswering && requests > 0) return false
  return !socket.destroyed && (isAnswering || socket.bytesRead > 0)
}

/**
 * When the oldest request of a connection that is in flight began; a half-sent one began with its connection
 * at the latest.
 */
export function inFlightSince({ socket, pipeline, requestAt, openedAt }: Connection): number {
  if (currentResponse(socket) === null) return openedAt
  return pipeline?.since.values().next().value ?? requestAt
}

/**
 * Whether the client has connected and sent nothing yet (browsers' preconnect, a load balancer's TCP check).
 */
export function isUnused({ socket, requests }: Connection): boolean {
  return requests === 0 && socket.bytesRead === 0
}
