import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { UV_TCP_REUSEPORT } from '../../core/supervision.ts'

/** A bound socket. Nobody listens on it here, and nobody accepts: that is for the generations. */
export interface HeldSocket {
  readonly name: string
  readonly fd: number
  /** Of a TCP socket; left out where it cannot be found out. */
  readonly host?: string
  readonly port?: number
  /** Of a unix socket. */
  readonly path?: string
  /** Bound with SO_REUSEPORT, and only to reserve the port: a generation binds one of its own. */
  readonly reusePort?: true
  /**
   * For `child.send(message, handle)`. Kept for as long as the supervisor lives: without it the socket
   * closes.
   */
  readonly handle: BoundHandle
  /** Closes it here. A generation that has inherited it keeps it. Removes the file of a unix socket. */
  close(): void
}

/** What the supervisor uses of Node's own handle of a socket. */
export interface BoundHandle {
  readonly fd: number
  /** Fills in the address, and returns 0 or a negative error number. Only TCP has it. */
  getsockname?(into: Partial<BoundAddress>): number
  close(): void
}

/** Address of a bound TCP socket. */
export interface BoundAddress {
  readonly address: string
  readonly port: number
}

/** IPV6_V6ONLY is off: `[::]` takes IPv4 as well, as it does in `server.listen()`. */
type AddressType = 4 | 6 | -1

interface NetWithHandles {
  // `net.BoundSocket` is public, but Node 22 does not have it, and before Node 26 it can neither be sent to a
  // child nor made of an inherited descriptor. This function does both on 22, 24 and 26.
  _createServerHandle(
    host: string | null,
    port?: number,
    type?: AddressType,
    fd?: number,
    flags?: number,
  ): BoundHandle | number
}

const { _createServerHandle: createServerHandle } = net as unknown as NetWithHandles

/** A failed system call, with its name such as EADDRINUSE. */
export class SocketError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/**
 * Binds a TCP socket. 0 means any free port.
 * @param reusePort whether others may bind the port beside it, with SO_REUSEPORT. false
 * @throws SocketError
 */
export function bindTcp(
  host: string,
  port: number,
  reusePort = false,
): { readonly handle: BoundHandle; readonly bound: BoundAddress } {
  const handle = checked(
    createServerHandle(host, port, net.isIPv6(host) ? 6 : 4, undefined, reusePort ? UV_TCP_REUSEPORT : 0),
  )
  try {
    // libuv reports EADDRINUSE late: when the socket listens, or when its address is read. Without this check
    // a generation would listen on a port that the kernel chooses.
    const bound = boundAddress(handle)
    return { handle, bound }
  } catch (error) {
    handle.close()
    throw error
  }
}

/**
 * Binds a unix socket. Its file gets the mode that the umask leaves.
 * @throws SocketError
 */
export function bindUnix(path: string): BoundHandle {
  return checked(createServerHandle(path, -1, -1))
}

/**
 * A handle of a socket that this process has inherited.
 * @throws SocketError when the descriptor is no socket
 */
export function openInherited(fd: number): BoundHandle {
  return checked(createServerHandle(null, undefined, undefined, fd))
}

/**
 * Where a TCP socket is bound.
 * @throws SocketError
 */
export function boundAddress(handle: BoundHandle): BoundAddress {
  const bound: Partial<BoundAddress> = {}
  const status = handle.getsockname?.(bound) ?? 0
  const { address = '', port = 0 } = bound
  if (status < 0) throw new SocketError(getSystemErrorName(status))
  return { address, port }
}

function checked(result: BoundHandle | number): BoundHandle {
  if (typeof result === 'number') throw new SocketError(getSystemErrorName(result))
  return result
}
