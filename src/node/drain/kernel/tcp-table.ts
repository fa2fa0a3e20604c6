/** A TCP connection for which the kernel still has data to deliver. */
export interface UnsentConnection {
  /** Both ends, in the kernel's notation. */
  readonly key: string
  /** Bytes that the peer's kernel has not acknowledged. */
  readonly bytes: number
  /** Whether no process owns it any more: it was closed, and the kernel delivers the rest alone. */
  readonly isOrphan: boolean
}

// Columns of /proc/net/tcp and /proc/net/tcp6 (Linux, Documentation/networking/proc_net_tcp.rst): number,
// local and remote end, state, tx_queue:rx_queue, timer, retransmits, user, timeout, inode. Most lines are
// listening (0A) or timed-wait (06) ones, which have nothing to deliver.
const row =
  /^ *\d+: ([0-9A-F]+:([0-9A-F]{4})) ([0-9A-F]+:[0-9A-F]{4}) (?!0A|06)([0-9A-F]{2}) (?!00000000)([0-9A-F]{8}):\S+ \S+ \S+ +\d+ +\d+ (\d+)/gm

/** FIN_WAIT1, LAST_ACK, CLOSING: our FIN is on its way and counts as one byte. */
const closing: ReadonlySet<string> = new Set(['04', '09', '0B'])

/**
 * The connections on these local ports that have unacknowledged bytes. Skips lines that it cannot parse.
 * @param table text of `/proc/net/tcp` or `/proc/net/tcp6`
 */
export function parseUnsent(
  table: string,
  ports: Pick<ReadonlySet<number>, 'has'>,
): readonly UnsentConnection[] {
  const unsent: UnsentConnection[] = []
  for (const [, local = '', port = '', remote = '', state = '', queued = '', inode] of table.matchAll(row)) {
    if (!ports.has(Number.parseInt(port, 16))) continue
    const bytes = Number.parseInt(queued, 16) - (closing.has(state) ? 1 : 0)
    if (bytes > 0) unsent.push({ key: `${local} ${remote}`, bytes, isOrphan: inode === '0' })
  }
  return unsent
}
