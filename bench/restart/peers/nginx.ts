import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askUntil, until } from '../ask.ts'
import { childrenOf, Program } from '../program.ts'
import type { Peer } from './peer.ts'

/** nginx with one worker, restarted by SIGHUP to its master. */
export const nginx: Peer = {
  id: 'nginx',
  title: 'nginx, SIGHUP',
  restartsAfterKill: true,
  async prepare() {
    const { error } = spawnSync('nginx', ['-v'])
    return error ? 'there is no nginx in the PATH; .ci/fetch-debian unpacks one' : null
  },
  async start({ port, folder }) {
    const config = join(folder, 'nginx.conf')
    writeFileSync(config, configuration(port, folder))
    const master = new Program(['nginx', '-p', folder, '-e', 'stderr', '-c', config])
    await Promise.race([
      askUntil(port, '/'),
      master.exited.then(() => Promise.reject(master.problem('failed'))),
    ])
    return {
      async restart() {
        const old = childrenOf(master.pid)
        master.signal('SIGHUP')
        await until('a new worker of nginx', () => childrenOf(master.pid).some((pid) => !old.includes(pid)))
      },
      serving: async () => childrenOf(master.pid).at(-1) ?? null,
      end: () => master.end(),
    }
  },
}

/** Its folders are those of this start, and a connection is kept for as long as the others keep theirs. */
function configuration(port: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = temporary.map((name) => `  ${name}_temp_path ${join(folder, name)};`)
  return `daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
events {}
http {
  access_log off;
  keepalive_timeout 600s;
  keepalive_requests 1000000;
${paths.join('\n')}
  server {
    listen 127.0.0.1:${port};
    default_type application/json;
    location / {
      return 200 '{"hello":"world"}';
    }
  }
}
`
}
