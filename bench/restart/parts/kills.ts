import { setTimeout as sleep } from 'node:timers/promises'
import { askUntil, until } from '../ask.ts'
import { sumCodes, sumLanes } from '../load.ts'
import type { Peer } from '../peers/peer.ts'
import { underLoad } from '../with-peer.ts'

/** What SIGKILL of the process that serves cost. */
export interface KillResult {
  readonly kills: number
  readonly requests: number
  /** Connections that nobody accepted: ECONNREFUSED. */
  readonly refused: number
  /** Requests without an answer in time. */
  readonly unanswered: number
  /** All other failures: the killed process had them. */
  readonly lost: number
  /** Longest time to an answer, in milliseconds. */
  readonly longestMs: number
  readonly doubts: readonly string[]
}

const TIMEOUT_MS = 10_000
const PAUSE_MS = 2_000

/**
 * Kills the process of each peer that serves, again and again, under the same load.
 * @returns by the id of the peer; a peer that fails is left out
 */
export async function measureKills(
  peers: readonly Peer[],
  kills: number,
  say: (line: string) => void,
): Promise<Readonly<Record<string, KillResult>>> {
  const results: Record<string, KillResult> = {}
  for (const peer of peers.filter(({ restartsAfterKill }) => restartsAfterKill)) {
    try {
      const result = await measureKillsOf(peer, kills)
      results[peer.id] = result
      const { refused, unanswered, lost, longestMs } = result
      const figures = `${refused} refused, ${unanswered} unanswered, ${lost} lost, longest ${Math.round(longestMs)} ms`
      say(`${peer.id}: ${kills} kills, ${figures}`)
    } catch (error) {
      say(`${peer.id}: NOT MEASURED: ${String(error)}`)
      process.exitCode = 1
    }
  }
  return results
}

async function measureKillsOf(peer: Peer, kills: number): Promise<KillResult> {
  const result = await underLoad(peer, TIMEOUT_MS, async (running, port) => {
    for (let done = 0; done < kills; done++) {
      const pid = await running.serving()
      if (pid === null) throw new Error(`${peer.id}: no process serves`)
      process.kill(pid, 'SIGKILL')
      await until('another process serves', async () => {
        const next = await running.serving()
        return next !== null && next !== pid
      })
      await askUntil(port, '/')
      await sleep(PAUSE_MS)
    }
  })
  const lanes = sumLanes([result])
  const { ECONNREFUSED: refused = 0, CLIENT_TIMEOUT: unanswered = 0 } = sumCodes(
    lanes.map(({ codes }) => codes),
  )
  const failed = lanes.reduce((sum, lane) => sum + lane.failed, 0)
  return {
    kills,
    requests: lanes.reduce((sum, lane) => sum + lane.requests, 0),
    refused,
    unanswered,
    lost: failed - refused - unanswered,
    longestMs: lanes.reduce((longest, lane) => Math.max(longest, lane.longestMs), 0),
    doubts: result.doubts,
  }
}
