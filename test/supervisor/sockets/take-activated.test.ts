import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { withOwnPid } from '../../../src/supervisor/generation/child-environment.ts'
import { bindSockets } from '../../../src/supervisor/sockets/bind-sockets.ts'
import type { HeldSocket } from '../../../src/supervisor/sockets/held-socket.ts'
import { startChild } from '../../helpers/child.ts'
import { takePort } from '../../helpers/ports.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

interface Taken {
  readonly sockets: readonly Omit<HeldSocket, 'handle' | 'close'>[]
  readonly left: readonly string[]
  readonly problem?: string
}

/** Runs the fixture with these descriptors from 3 on, as systemd would. */
async function take(t: TestContext, fds: readonly number[], env: Record<string, string>): Promise<Taken> {
  const child = startChild(t, 'generations/activated.ts', {
    command: withOwnPid(['LISTEN_PID'], []),
    env: { LISTEN_FDS: String(fds.length), ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...fds],
  })
  return JSON.parse(await child.line(/^\{/)) as Taken
}

async function hold(t: TestContext, count: number): Promise<readonly HeldSocket[]> {
  const specs = Array.from({ length: count }, (_, index) => ({
    name: `s${index}`,
    host: '127.0.0.1',
    port: 0,
  }))
  const sockets = await bindSockets(specs)
  t.after(() => sockets.forEach((socket) => socket.close()))
  return sockets
}

test('takeActivated() takes the sockets with their names and addresses, and clears the environment', async (t) => {
  const [one, two] = await hold(t, 2)
  assert.ok(one && two)
  const { sockets, left } = await take(t, [one.fd, two.fd], { LISTEN_FDNAMES: 'http:admin' })
  assert.deepEqual(sockets, [
    { name: 'http', fd: 3, host: '127.0.0.1', port: one.port },
    { name: 'admin', fd: 4, host: '127.0.0.1', port: two.port },
  ])
  assert.deepEqual(left, [])
})

test(
  'takeActivated() finds the path of a unix socket',
  { skip: process.platform !== 'linux' && 'only Linux lists the open sockets' },
  async (t) => {
    const path = join(temporaryFolder(t), 'a socket.sock')
    const [socket] = await bindSockets([{ name: 'admin', path }])
    t.after(() => socket?.close())
    const { sockets } = await take(t, [socket?.fd ?? -1], { LISTEN_FDNAMES: 'admin' })
    assert.deepEqual(sockets, [{ name: 'admin', fd: 3, path }])
  },
)

test('takeActivated() gives every socket a name of its own', async (t) => {
  const fds = (await hold(t, 4)).map(({ fd }) => fd)
  const { sockets } = await take(t, fds, { LISTEN_FDNAMES: 'shop.socket:shop.socket:unknown' })
  assert.deepEqual(
    sockets.map(({ name }) => name),
    ['shop.socket', 'shop.socket-2', 'socket-3', 'socket-4'],
  )
})

test('takeActivated() ignores what was meant for another process, and does not pass it on', async (t) => {
  // Without the shell LISTEN_PID stays as it is, as for a grandchild.
  const child = startChild(t, 'generations/activated.ts', {
    env: { LISTEN_FDS: '1', LISTEN_PID: String(process.pid), LISTEN_FDNAMES: 'http' },
  })
  assert.deepEqual(JSON.parse(await child.line(/^\{/)), { sockets: [], left: [] })
})

test('takeActivated() takes nonsense for nothing', async (t) => {
  assert.deepEqual((await take(t, [], { LISTEN_FDS: 'many' })).sockets, [])
  assert.deepEqual((await take(t, [], { LISTEN_FDS: '-1' })).sockets, [])
})

test('takeActivated() says which descriptor is no stream socket', async (t) => {
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  t.after(() => udp.close())
  const [tcp] = await hold(t, 1)
  const { fd } = (udp as unknown as Record<symbol, { handle: { fd: number } }>)[
    Object.getOwnPropertySymbols(udp).find((one) => one.description === 'state symbol')!
  ]!.handle
  const { problem } = await take(t, [tcp?.fd ?? -1, fd], { LISTEN_FDNAMES: 'http:dns' })
  assert.match(
    problem ?? '',
    /dns: descriptor 4 cannot be used \(EINVAL\); wanted a TCP or unix stream socket/,
  )
})

// The tests above do the same without it.
if (spawnSync('systemd-socket-activate', ['--version']).status === 0) {
  test('takeActivated() understands systemd itself', async (t) => {
    const port = await takePort()
    const activate = ['systemd-socket-activate', '-l', `127.0.0.1:${port}`, '--fdname=http']
    const child = startChild(t, 'generations/activated.ts', { command: activate })
    await child.line(/Listening on/, 'stderr')
    // It starts the program for the first connection.
    const client = connect(port, '127.0.0.1').on('error', () => {})
    t.after(() => client.destroy())
    const { sockets } = JSON.parse(await child.line(/^\{/)) as Taken
    assert.deepEqual(sockets, [{ name: 'http', fd: 3, host: '127.0.0.1', port }])
  })
}
