import { childrenOf, Program } from '../program.ts'
import { serverFile } from '../supervised.ts'
import { nothingToPrepare, type Peer } from './peer.ts'

/** `node:cluster` with one worker, restarted as the documentation of `worker.disconnect()` shows it. */
export const cluster: Peer = {
  id: 'cluster',
  title: '`node:cluster`, `disconnect()`',
  restartsAfterKill: true,
  prepare: nothingToPrepare,
  async start({ port }) {
    const command = [process.execPath, serverFile('cluster.cjs')]
    const primary = new Program(command, { env: { PORT: `${port}` } })
    await primary.said('serving ')
    return {
      async restart() {
        const times = primary.countOf('restarted') + 1
        primary.signal('SIGHUP')
        await primary.said('restarted', times)
      },
      // While two run, the older one is on its way out.
      serving: async () => childrenOf(primary.pid).at(-1) ?? null,
      end: () => primary.end(),
    }
  },
}
