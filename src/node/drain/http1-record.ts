import type { ServerResponse } from 'node:http'
import type { ForcedClose } from '../../core/report.ts'
import { type Connection, inFlightSince, isUnused } from './connections.ts'
import { unfinishedUpload } from './linger.ts'
import { resetSocket } from './raw-socket.ts'
import { routeOf } from './route.ts'
import { now } from './traffic.ts'

interface OpenResponse {
  readonly response: ServerResponse
  readonly at: number
}

/** The responses of a connection that are not finished, in the order of their requests. */
export function openResponses({ earlier, response, requestAt }: Connection): readonly OpenResponse[] {
  const overtaken = [...(earlier ?? [])].map(([older, at]) => ({ response: older, at }))
  return response === null ? [] : [...overtaken, { response, at: requestAt }]
}

/** Takes a response off the record whose request is not processed: it is not in flight. */
export function withdraw(connection: Connection, response: ServerResponse): void {
  if (connection.response === response) {
    const [older, at] = [...(connection.earlier ?? [])].at(-1) ?? [null, connection.requestAt]
    connection.response = older
    connection.requestAt = at
    if (older) connection.earlier?.delete(older)
  } else {
    connection.earlier?.delete(response)
  }
  if (connection.earlier?.size === 0) connection.earlier = null
}

/** Closes a connection, with a reset when something is in flight on it. Returns what was. */
export function forceClose(connection: Connection, server: string): readonly ForcedClose[] {
  const { socket } = connection
  const upload = unfinishedUpload(socket)
  const isAnswered = connection.response === null && socket.writableEnded
  if (socket.destroyed || isUnused(connection) || (isAnswered && !upload)) {
    socket.destroy()
    return []
  }
  const responses = openResponses(connection)
  resetSocket(socket)
  const details = { kind: 'request', server } as const
  // The client has its answer and takes the request for done, but the handler has not got all of it.
  if (isAnswered && upload)
    return [{ ...details, ageMs: now() - upload.since, label: routeOf(upload.request) }]
  return responses.length === 0
    ? [{ ...details, ageMs: now() - inFlightSince(connection) }]
    : responses.map(({ response, at }) => ({ ...details, ageMs: now() - at, label: routeOf(response.req) }))
}
