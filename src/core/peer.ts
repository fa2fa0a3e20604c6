import { LastcallError } from './errors.ts'
import { isAtLeast } from './version.ts'

/** A package that an integration works with. */
export interface Peer {
  readonly name: string
  /** The oldest version that works. */
  readonly oldest: string
  /** Argument for `npm install` that installs a version that works. */
  readonly install: string
}

/**
 * Refuses a version that is too old. This is not a peer dependency: npm would then refuse the whole
 * installation, even in applications that never use the integration.
 * @throws LastcallError `LASTCALL_UNSUPPORTED_PEER`
 */
export function refuseOldPeer({ name, oldest, install }: Peer, found: string): void {
  if (isAtLeast(found, oldest)) return
  throw new LastcallError('LASTCALL_UNSUPPORTED_PEER', [
    `found ${name} ${found}, wanted ${oldest} or newer; run npm install ${install}`,
  ])
}
