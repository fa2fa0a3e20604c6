import { setTimeout as sleep } from 'node:timers/promises'
import { type LaneResult, type LoadResult, sumLanes } from '../load.ts'
import type { Peer } from '../peers/peer.ts'
import { underLoad } from '../with-peer.ts'

/** How much is measured. */
export interface SidePlan {
  /** Each peer has its turn once in each round. */
  readonly rounds: number
  /** In each turn. */
  readonly restarts: number
}

/** What the restarts of one peer cost. */
export interface SideResult {
  readonly restarts: number
  readonly lanes: readonly LaneResult[]
  readonly doubts: readonly string[]
}

const TIMEOUT_MS = 10_000
const PAUSE_MS = 1_500

/**
 * Restarts all peers under the same load, in turns and in another order each time, so that what drifts on the
 * machine falls on all of them.
 * @returns by the id of the peer; a peer that fails is left out
 */
export async function measureSideBySide(
  peers: readonly Peer[],
  { rounds, restarts }: SidePlan,
  say: (line: string) => void,
): Promise<Readonly<Record<string, SideResult>>> {
  const turns = new Map<string, LoadResult[]>()
  for (let round = 0; round < rounds; round++) {
    for (const peer of rotate(peers, round)) {
      try {
        const result = await underLoad(peer, TIMEOUT_MS, async (running) => {
          for (let done = 0; done < restarts; done++) {
            await running.restart()
            await sleep(PAUSE_MS)
          }
        })
        turns.set(peer.id, [...(turns.get(peer.id) ?? []), result])
        const lost = result.lanes.map(
          ({ lane, requests, failed }) => `${failed} of ${requests} failed in ${lane}`,
        )
        say(`round ${round + 1} of ${rounds}, ${peer.id}: ${restarts} restarts, ${lost.join(', ')}`)
      } catch (error) {
        say(`round ${round + 1} of ${rounds}, ${peer.id}: NOT MEASURED: ${String(error)}`)
        process.exitCode = 1
      }
    }
  }
  return Object.fromEntries(
    [...turns].map(([id, results]) => [
      id,
      {
        restarts: restarts * results.length,
        lanes: sumLanes(results),
        doubts: results.flatMap(({ doubts }) => doubts),
      },
    ]),
  )
}

function rotate<T>(all: readonly T[], by: number): readonly T[] {
  const first = all.length === 0 ? 0 : by % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}
