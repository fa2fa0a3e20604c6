import type { Server } from 'node:net'
import type { Lifecycle } from '../../../../src/node/types.ts'
import { eventually } from '../../../helpers/eventually.ts'

/** Names of the servers that are served. */
export function namesOf(lifecycle: Lifecycle): readonly string[] {
  return lifecycle.snapshot().servers.map(({ name }) => name)
}

/** Closes a server, and resolves when its lifecycle has let it go. */
export async function closeServed(lifecycle: Lifecycle, server: Server): Promise<void> {
  const before = namesOf(lifecycle).length
  server.close(() => {})
  await eventually('the closed server is let go', () => namesOf(lifecycle).length < before)
}
