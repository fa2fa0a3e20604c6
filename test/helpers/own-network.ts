import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'
import { ownNetworkCommand } from './needs.ts'

/**
 * What runs a command in a network of its own: only the loopback is there, and this value of
 * net.ipv4.tcp_migrate_req.
 */
export function inOwnNetwork(migrateReq: 0 | 1): readonly string[] {
  const setting = `echo ${migrateReq} > /proc/sys/net/ipv4/tcp_migrate_req`
  return [...ownNetworkCommand, `ip link set lo up && ${setting} && exec "$0" "$@"`]
}

const clients = fileURLToPath(new URL('../fixtures/supervisor/clients.ts', import.meta.url))

/**
 * Clients in the network of a process: as many connections with one request each. They print `connected`, and
 * in the end what each has got.
 */
export function startClients(pid: number, port: number, count: number): Child {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials']
  const program = [process.execPath, clients, String(port), String(count)]
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  return new Child(
    spawn('nsenter', ['--target', String(pid), ...user, '--net', ...program], { stdio: [...stdio] }),
  )
}
