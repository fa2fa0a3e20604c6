import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * What lastcall remembers of one HTTP/1 connection: as little as possible, because there may be ten thousand.
 * Times are whole milliseconds of `performance.now()`. Without pipelining no response is kept here: Node
 * knows the one that is being answered.
 */
export interface Connection {
  readonly socket: Socket
  readonly openedAt: number
  /** How many requests have begun. */
  requests: number
  /** When the newest of them began. */
  requestAt: number
  /** Null unless the client has sent a request before it had the response to the previous one. */
  pipeline: Pipeline | null
}

/**
 * The unfinished responses of a client that pipelines. There may be ten thousand, so no operation may search
 * through them.
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
 * The response that is being written, or null. Node keeps it on the socket from the request until the
 * response is handed to the operating system (`assignSocket`, `detachSocket` in lib/_http_server.js, Node 22
 * to 26).
 */
export function currentResponse(socket: Socket): ServerResponse | null {
  const response = (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? null
  return response !== null && withdrawn.has(response) ? null : response
}

/** Responses that will never be written because their requests are not processed. */
const withdrawn = new WeakSet<ServerResponse>()

/** Removes the response of a request that is not processed from its connection: it is not in flight. */
export function withdraw(connection: Connection, response: ServerResponse): void {
  withdrawn.add(response)
  const { pipeline } = connection
  if (!pipeline?.since.delete(response) || pipeline.newest !== response) return
  const newest = [...pipeline.since.keys()].at(-1)
  if (newest) pipeline.newest = newest
  else connection.pipeline = null
}

/** The newest unfinished response, or null. */
export function newestResponse({ socket, pipeline }: Connection): ServerResponse | null {
  const current = currentResponse(socket)
  return current === null ? null : (pipeline?.newest ?? current)
}

/**
 * Whether no other response can follow this one: it is the newest, and all earlier ones have ended. If an
 * earlier one has not ended, the client may still send more while this one waits.
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
  // A finished response emits 'close' one tick later.
  return unfinished.slice(unfinished.findIndex(({ response }) => response === current))
}

/** How many requests wait for the end of their response. A request with an incomplete head counts as one. */
export function countInFlight(connection: Connection): number {
  if (!isInFlight(connection)) return 0
  return Math.max(1, connection.pipeline?.since.size ?? 1)
}

/**
 * Whether a response is open, or bytes have arrived that belong to no finished request. A destroyed socket
 * has nothing in flight.
 */
export function isInFlight({ socket, requests }: Connection): boolean {
  // Most connections are idle, and there may be ten thousand, so this reads as few socket properties as
  // possible.
  const isAnswering = currentResponse(socket) !== null
  if (!isAnswering && requests > 0) return false
  return !socket.destroyed && (isAnswering || socket.bytesRead > 0)
}

/**
 * When the oldest request in flight on a connection began. For an incomplete head, this is at the latest when
 * its connection was opened.
 */
export function inFlightSince({ socket, pipeline, requestAt, openedAt }: Connection): number {
  if (currentResponse(socket) === null) return openedAt
  return pipeline?.since.values().next().value ?? requestAt
}

/**
 * Whether the client has connected and sent nothing yet (a browser's preconnect, a load balancer's TCP
 * check).
 */
export function isUnused({ socket, requests }: Connection): boolean {
  return requests === 0 && socket.bytesRead === 0
}
