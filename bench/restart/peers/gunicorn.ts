import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { askUntil } from '../ask.ts'
import { childrenOf, Program } from '../program.ts'
import type { Peer } from './peer.ts'

const VERSION = '27.0.1'
/** Not in the repository; `git clean` or `rm` of `.cache` removes it. */
const packages = fileURLToPath(new URL(`../../../.cache/gunicorn-${VERSION}`, import.meta.url))
const servers = fileURLToPath(new URL('../servers', import.meta.url))

/** gunicorn with one worker that has keep-alive (gthread), restarted by SIGHUP to its master. */
export const gunicorn: Peer = {
  id: 'gunicorn',
  title: `gunicorn ${VERSION}, SIGHUP`,
  restartsAfterKill: true,
  async prepare() {
    if (existsSync(`${packages}/gunicorn`)) return null
    const pip = ['-m', 'pip', 'install', '--quiet', '--target', packages, `gunicorn==${VERSION}`]
    const { status, error, stderr } = spawnSync('python3', pip, { encoding: 'utf8' })
    if (status === 0) return null
    return `pip cannot install gunicorn (${(error?.message ?? stderr).trim().split('\n').at(-1)})`
  },
  async start({ port }) {
    const bind = [
      '--bind',
      `127.0.0.1:${port}`,
      '--workers',
      '1',
      '--worker-class',
      'gthread',
      '--threads',
      '8',
    ]
    const command = ['python3', '-m', 'gunicorn', ...bind, '--keep-alive', '5', 'app:app']
    const master = new Program(command, { cwd: servers, env: { PYTHONPATH: packages } })
    await Promise.race([
      askUntil(port, '/'),
      master.exited.then(() => Promise.reject(master.problem('failed'))),
    ])
    return {
      async restart() {
        const times = master.countOf('Booting worker') + 1
        master.signal('SIGHUP')
        await master.said('Booting worker', times)
      },
      serving: async () => childrenOf(master.pid).at(-1) ?? null,
      end: () => master.end(),
    }
  },
}
