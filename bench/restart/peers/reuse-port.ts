import { Program } from '../program.ts'
import { serverFile } from '../supervised.ts'
import { nothingToPrepare, type Peer } from './peer.ts'

/** A second process on the same port, and SIGTERM for the first one when the second one listens. */
export const reusePort: Peer = {
  id: 'reuse-port',
  title: '`SO_REUSEPORT` hand-over',
  restartsAfterKill: false,
  prepare: nothingToPrepare,
  async start({ port }) {
    const startOne = async (): Promise<Program> => {
      const command = [process.execPath, serverFile('plain.cjs')]
      const program = new Program(command, { env: { PORT: `${port}`, REUSE_PORT: 'yes' } })
      await program.said('listening')
      return program
    }
    const started = [await startOne()]
    return {
      async restart() {
        const old = started.at(-1)
        started.push(await startOne())
        old?.signal('SIGTERM')
      },
      serving: async () => started.at(-1)?.pid ?? null,
      async end() {
        await Promise.all(started.map((program) => program.end()))
      },
    }
  },
}
