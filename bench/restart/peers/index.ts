import { cluster } from './cluster.ts'
import { gunicorn } from './gunicorn.ts'
import { lastcall, lastcallStandby } from './lastcall.ts'
import { nginx } from './nginx.ts'
import type { Peer } from './peer.ts'
import { pm2 } from './pm2.ts'
import { reusePort } from './reuse-port.ts'

/** All peers, in the order of the tables. */
export const peers: readonly Peer[] = [lastcall, lastcallStandby, cluster, pm2, gunicorn, nginx, reusePort]
