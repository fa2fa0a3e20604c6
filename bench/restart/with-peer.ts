import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ask.ts'
import { finish, type LoadResult, sendLoad } from './load.ts'
import type { Peer, RunningPeer } from './peers/peer.ts'

const lanes = ['keep-alive', 'new-connections']
/** Of each lane. Less than any of the servers can answer on half of a machine with two cores. */
const RATE = 300
/** Before the first restart, and after the last one: what is about to end has then ended. */
const QUIET_MS = 2_000

/** Runs something with a folder of its own. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  // A short path: the sockets of PM2 and of `lastcall run` are in it.
  const folder = mkdtempSync(join(tmpdir(), 'lc-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Does something to a peer under load, and resolves to what the load met. */
export async function underLoad(
  peer: Peer,
  timeoutMs: number,
  act: (running: RunningPeer, port: number) => Promise<void>,
): Promise<LoadResult> {
  return withFolder(async (folder) => {
    const port = await freePort()
    const running = await peer.start({ port, folder })
    try {
      const load = sendLoad({ target: { host: '127.0.0.1', port }, lanes, rate: RATE, timeoutMs })
      try {
        await sleep(QUIET_MS)
        await act(running, port)
        await sleep(QUIET_MS)
        return await finish(load)
      } finally {
        load.abandon()
      }
    } finally {
      await running.end()
    }
  })
}
