import { readFileSync } from 'node:fs'
import { LastcallError } from '../../core/errors.ts'
import type { HeldSocket } from './held-socket.ts'

/** tcp_migrate_req of Linux 5.14 and later, for this network namespace. */
const MIGRATE_REQ = '/proc/sys/net/ipv4/tcp_migrate_req'

/** What `--reuse-port` depends on. */
export interface ReusePortFacts {
  /** Whether `--lossy` is set. */
  readonly lossy: boolean
  /** Sockets that systemd has bound. */
  readonly activated: readonly HeldSocket[]
  readonly platform?: NodeJS.Platform
  /** Value of tcp_migrate_req; null where the kernel does not have it. */
  readonly migrateReq?: string | null
}

/**
 * Refuses `--reuse-port` where it cannot work, or where it loses connections and nobody has accepted that.
 * @returns what restarts lose here, as a warning; null when they lose nothing
 * @throws LastcallError `LASTCALL_USAGE`
 */
export function checkReusePort({
  lossy,
  activated,
  platform = process.platform,
  migrateReq = readMigrateReq(),
}: ReusePortFacts): string | null {
  if (platform !== 'linux')
    refuse(`needs Linux, and this is ${platform}; leave it out: the shared socket loses no connection`)
  const [first] = activated
  if (first)
    refuse(`systemd has bound '${first.name}', and generations bind by themselves; stop the socket unit`)
  if (migrateReq === '1') return null
  const setting =
    migrateReq === null
      ? 'this kernel has no net.ipv4.tcp_migrate_req (Linux 5.14 and later have it)'
      : `net.ipv4.tcp_migrate_req is ${migrateReq}`
  const loss = 'each restart resets the connections that the old generation has not accepted yet'
  if (lossy) return `${setting}: ${loss} (--lossy)`
  const remedy = migrateReq === null ? 'use a later kernel' : 'run sysctl -w net.ipv4.tcp_migrate_req=1'
  return refuse(
    `${setting}, so ${loss}; ${remedy}, accept the loss with --lossy, ` +
      'or leave out --reuse-port: the shared socket loses no connection',
  )
}

/** The value of tcp_migrate_req; null where the kernel does not have it. */
export function readMigrateReq(path = MIGRATE_REQ): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

function refuse(problem: string): never {
  throw new LastcallError('LASTCALL_USAGE', [`--reuse-port: ${problem}`])
}
