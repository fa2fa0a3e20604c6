import { shortTimes, Supervised } from '../supervised.ts'
import { nothingToPrepare, type Peer, type PeerOrder, type RunningPeer } from './peer.ts'

/** `lastcall run`, with one generation. */
export const lastcall: Peer = {
  id: 'lastcall',
  title: '`lastcall run`',
  restartsAfterKill: true,
  prepare: nothingToPrepare,
  start: (order) => start(order, []),
}

/** The same with a warm generation in reserve. */
export const lastcallStandby: Peer = {
  ...lastcall,
  id: 'lastcall-standby',
  title: '`lastcall run --standby`',
  start: (order) => start(order, ['--standby']),
}

async function start({ port, folder }: PeerOrder, flags: readonly string[]): Promise<RunningPeer> {
  const supervised = await Supervised.start({
    server: 'small.ts',
    folder,
    ports: { http: port },
    flags: [...shortTimes.flags, ...flags],
    env: shortTimes.env,
  })
  return {
    restart: () => supervised.restart(),
    serving: () => supervised.serving(),
    end: () => supervised.end(),
  }
}
