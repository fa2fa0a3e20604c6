import type { ForcedClose } from '../../../core/report.ts'
import { type Connection, currentResponse, inFlightSince, isUnused, openResponses } from './connection.ts'
import { unfinishedUpload } from './linger.ts'
import { resetSocket } from '../raw-socket.ts'
import { routeOf } from './route.ts'
import { now } from '../moments.ts'

/** Closes a connection, with a reset when something is in flight on it. Returns what was in flight. */
export function forceCloseConnection(connection: Connection, server: string): readonly ForcedClose[] {
  const { socket } = connection
  const upload = unfinishedUpload(socket)
  const isAnswered = currentResponse(socket) === null && socket.writableEnded
  if (socket.destroyed || isUnused(connection) || (isAnswered && !upload)) {
    socket.destroy()
    return []
  }
  const responses = openResponses(connection)
  resetSocket(socket)
  const details = { kind: 'request', server } as const
  // The client has its response and considers the request done, but the handler has not read the whole
  // upload.
  if (isAnswered && upload)
    return [{ ...details, ageMs: now() - upload.since, label: routeOf(upload.request) }]
  return responses.length === 0
    ? [{ ...details, ageMs: now() - inFlightSince(connection) }]
    : responses.map(({ response, at }) => ({ ...details, ageMs: now() - at, label: routeOf(response.req) }))
}
