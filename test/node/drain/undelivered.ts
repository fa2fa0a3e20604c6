import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { DrainAdapter } from '../../../src/node/drain/adapter.ts'
import { parseUnsent } from '../../../src/node/drain/kernel/tcp-table.ts'
import { eventually, within } from '../../helpers/eventually.ts'
import type { RawClient } from '../../helpers/raw-http.ts'

/**
 * Less than the kernel takes at once, and more than a client's kernel takes when its program does not read.
 */
export const SIZE = 2_000_000

/**
 * Whether the kernel still has something for a client of this port, whose connection is closed on our side.
 */
export function isUndelivered(port: number): boolean {
  const table = readFileSync('/proc/net/tcp', 'latin1')
  return parseUnsent(table, new Set([port])).some(({ isOrphan }) => isOrphan)
}

/** Lasts as long as several looks of a drain into the kernel's tables. */
export async function severalLooks(): Promise<void> {
  for (let looks = 0; looks < 10; looks++) await readFile('/proc/net/tcp')
}

/**
 * Drains while the kernel has an answer of {@link SIZE} for a client that does not read, and asserts that the
 * drain lasts until this client has read it.
 * @param meanwhile what happens after the drain has begun
 */
export async function assertDrainWaitsFor(
  slow: RawClient,
  { adapter, port }: { adapter: DrainAdapter; port: number },
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  let isOver = false
  const over = adapter.drain().then(() => (isOver = true))
  await meanwhile()
  await eventually('the connection is closed', () => isUndelivered(port))
  await severalLooks()
  assert.equal(isOver, false)
  slow.socket.resume()
  await within(10_000, 'drain', over)
  // The client's kernel has it; its program may not have read it all.
  await slow.until(() => slow.received.length >= SIZE)
}
