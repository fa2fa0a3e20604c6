import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../ask.ts'
import { finish, type LaneResult, requestsOf, sendLoad } from '../load.ts'
import { memoryOf } from '../program.ts'
import { shortTimes, Supervised } from '../supervised.ts'
import { withFolder } from '../with-peer.ts'

/** How much is measured, at least. */
export interface ManyPlan {
  readonly requests: number
  readonly restarts: number
}

/** What restart after restart cost `lastcall run` under every kind of load at once. */
export interface ManyResult {
  readonly restarts: number
  readonly seconds: number
  /** By what the requests go over: plain TCP, or TLS. */
  readonly lanes: Readonly<Record<'plain' | 'tls', readonly LaneResult[]>>
  /** Of the supervisor when the restarts were over, in bytes. */
  readonly memory: { readonly now: number; readonly peak: number }
  readonly doubts: readonly string[]
}

/** Of each lane. Handshakes are dear. */
const RATES = { plain: 500, tls: 150 } as const
const TIMEOUT_MS = 15_000
const FIRST_MS = 2_000
const PAUSE_MS = 1_000

/** Restarts in place under load until there were enough restarts and enough requests. */
export async function measureMany(plan: ManyPlan, say: (line: string) => void): Promise<ManyResult> {
  return withFolder(async (folder) => {
    const ports = { http: await freePort(), http2: await freePort(), tls: await freePort() }
    const supervised = await Supervised.start({ server: 'all.ts', folder, ports, ...shortTimes })
    const host = '127.0.0.1'
    const plain = sendLoad({
      target: { host, port: ports.http, http2Port: ports.http2 },
      lanes: ['keep-alive', 'new-connections', 'http2', 'websocket'],
      rate: RATES.plain,
      timeoutMs: TIMEOUT_MS,
    })
    const tls = sendLoad({
      target: { host, port: ports.tls, tls: { insecure: true } },
      lanes: ['keep-alive', 'new-connections', 'http2'],
      rate: RATES.tls,
      timeoutMs: TIMEOUT_MS,
    })
    const began = performance.now()
    const sent = (): number => requestsOf(plain) + requestsOf(tls)
    try {
      await sleep(FIRST_MS)
      let restarts = 0
      while (restarts < plan.restarts || sent() < plan.requests) {
        await supervised.restart()
        if (++restarts % 10 === 0) say(`${restarts} restarts, ${sent()} requests`)
        await sleep(PAUSE_MS)
      }
      const memory = memoryOf(supervised.program.pid)
      await supervised.settled()
      const [overPlain, overTls] = await Promise.all([finish(plain), finish(tls)])
      return {
        restarts,
        seconds: (performance.now() - began) / 1_000,
        lanes: { plain: overPlain.lanes, tls: overTls.lanes },
        memory,
        // Both loads are sent by one process, which stalls for both.
        doubts: [...new Set([...overPlain.doubts, ...overTls.doubts])],
      }
    } finally {
      plain.abandon()
      tls.abandon()
      await supervised.end()
    }
  })
}
