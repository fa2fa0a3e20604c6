import type { Server } from 'node:net'
import { LastcallError } from '../../../core/errors.ts'

/** Shared by name, not by import: the lifecycles of one process may come from two copies of the package. */
const claimKey = Symbol.for('lastcall.server')

/** Marks a server as served by one lifecycle. */
export interface ServerClaim {
  /** Name of the server in that lifecycle. */
  readonly name: string
  /** Whether that lifecycle still drains the server. False after it has stopped. */
  isHeld(): boolean
  /** Asks that lifecycle to give the server up. Returns whether it did. */
  giveUp(): boolean
}

type Claimable = Server & { [claimKey]?: ServerClaim }

/**
 * Marks a server as served. Two lifecycles on one server would replace each other's hooks, and the first to
 * drain would close what the other still serves.
 * @throws LastcallError `LASTCALL_SERVER_TAKEN` when another lifecycle serves it and does not give it up
 */
export function claimServer(server: Server, claim: ServerClaim): void {
  const held = (server as Claimable)[claimKey]
  if (held?.isHeld() && !held.giveUp()) {
    throw new LastcallError('LASTCALL_SERVER_TAKEN', [
      `serve: got the server ${describeAddress(server)} that another lifecycle serves as '${held.name}'; ` +
        `use that lifecycle for it, or serve it again when the shutdown() of that one is over`,
    ])
  }
  // Not enumerable, so a logged server looks the same as before.
  Object.defineProperty(server, claimKey, { value: claim, configurable: true })
}

function describeAddress(server: Server): string {
  const address = server.address()
  if (address === null) return '(not listening)'
  return typeof address === 'string' ? `on ${address}` : `on port ${address.port}`
}
