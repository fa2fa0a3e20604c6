import type { Server } from 'node:net'
import { describeSocket } from '../../core/inherited-sockets.ts'
import type { Logger } from '../../core/logger.ts'
import { supervised } from '../../node/supervised/supervised.ts'

/**
 * Says that the application listens, and not on a socket of the supervisor: the next generation could not
 * listen in the same place.
 * @param servers the application's, at its start
 */
export function noticeOwnPort(servers: readonly Server[], logger: Logger): void {
  const here = supervised()
  if (here === null || here.isTaken || here.sockets.length === 0 || servers.length === 0) return
  const held = here.sockets.map(describeSocket).join(', ')
  const own = servers.map(describeAddress).join(', ')
  logger.warn(
    { held: here.sockets, own },
    `lastcall: the application listens on ${own}, and lastcall run holds ${held}: ` +
      'the next generation cannot listen while this one does; let both name the same port',
  )
}

/** Says that workers listen through their primary, which binds by itself. */
export function noticeWorkers(logger: Logger): void {
  if (supervised() === null) return
  logger.warn(
    {},
    'lastcall: the workers of node:cluster listen through their primary, not on the sockets of ' +
      'lastcall run: the next generation cannot listen while this one does; ' +
      'let lastcall run start one process without a cluster',
  )
}

function describeAddress(server: Server): string {
  const address = server.address()
  return typeof address === 'object' ? `port ${address?.port}` : address
}
