const FIRST_FREE_PORT = 1_024

/** Why a TCP socket could not be bound, and the remedy, as the end of a sentence. */
export function describeTcpRefusal(port: number, error: unknown): string {
  const code = codeOf(error)
  const remedy = tcpRemedies[code]?.(port) ?? 'choose another address with --listen'
  return `cannot be bound (${code}): ${remedy}`
}

/** Why a unix socket could not be bound, and the remedy, as the end of a sentence. */
export function describeUnixRefusal(error: unknown): string {
  const code = codeOf(error)
  // libuv turns ENOENT into EACCES.
  const why =
    code === 'EACCES'
      ? 'its folder does not exist, or this user may not write there; create it (RuntimeDirectory= in a unit)'
      : 'choose another path with --listen'
  return `cannot be bound (${code}): ${why}`
}

const noIpv6 = 'this machine has no IPv6; write an IPv4 address, such as 0.0.0.0'

const tcpRemedies: Readonly<Record<string, (port: number) => string>> = {
  EADDRINUSE: (port) =>
    `another process has the port ('ss -ltnp sport = :${port}' shows which); end it, or choose another port`,
  EACCES: (port) =>
    port < FIRST_FREE_PORT
      ? `a port below ${FIRST_FREE_PORT} needs CAP_NET_BIND_SERVICE (AmbientCapabilities= in a unit), ` +
        'or a socket from systemd (--listen with the name alone); or choose a higher port'
      : 'this user may not bind it; choose another port',
  EADDRNOTAVAIL: () => 'no network interface has this address; write one that has, or 0.0.0.0 for all',
  EAFNOSUPPORT: () => noIpv6,
  EINVAL: () => noIpv6,
  EMFILE: () => 'too many files are open; raise the limit (LimitNOFILE= in a unit, ulimit -n)',
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
