import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installOnce } from '../../../scripts/install-once.ts'
import { askUntil } from '../ask.ts'
import { baseEnvironment } from '../program.ts'
import { serverFile } from '../supervised.ts'
import type { Peer } from './peer.ts'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('..', import.meta.url))
const pm2Folder = `${folder}node_modules/pm2`
const NAME = 'bench'

/** PM2 in cluster mode with one process that says when it is ready, restarted by `pm2 reload`. */
export const pm2: Peer = {
  id: 'pm2',
  title: 'PM2, `pm2 reload`',
  restartsAfterKill: true,
  async prepare() {
    try {
      installOnce(folder)
      return existsSync(`${pm2Folder}/bin/pm2`) ? null : 'npm has installed no PM2'
    } catch (error) {
      return `npm cannot install PM2 (${error instanceof Error ? error.message : String(error)})`
    }
  },
  async start({ port, folder: home }) {
    const env = {
      ...baseEnvironment(),
      PM2_HOME: home,
      // Nothing is reported anywhere.
      PM2_DISCRETE_MODE: 'true',
      PM2_DISABLE_VERSION_CHECK: 'true',
      PORT: `${port}`,
    }
    const command = async (...args: readonly string[]): Promise<string> => {
      const { stdout } = await run(process.execPath, [`${pm2Folder}/bin/pm2`, ...args], { env })
      return stdout
    }
    const app = {
      name: NAME,
      script: serverFile('plain.cjs'),
      exec_mode: 'cluster',
      instances: 1,
      wait_ready: true,
    }
    writeFileSync(join(home, 'app.json'), JSON.stringify({ apps: [app] }))
    await command('start', join(home, 'app.json'))
    await askUntil(port, '/')
    return {
      async restart() {
        await command('reload', NAME)
      },
      async serving() {
        const pid = Number((await command('pid', NAME)).trim().split('\n').at(-1))
        return pid > 0 ? pid : null
      },
      async end() {
        await command('kill')
      },
    }
  },
}
