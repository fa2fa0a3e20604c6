import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type ListenOptions, type Server } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import type { ListenSpec } from '../../../src/supervisor/options.ts'
import { bindSockets } from '../../../src/supervisor/sockets/bind-sockets.ts'
import { describeTcpRefusal } from '../../../src/supervisor/sockets/describe-refusal.ts'
import { bindTcp, type HeldSocket } from '../../../src/supervisor/sockets/held-socket.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const loopback = (name: string, port = 0): ListenSpec => ({ name, host: '127.0.0.1', port })

async function bind(t: TestContext, ...specs: readonly ListenSpec[]): Promise<readonly HeldSocket[]> {
  const sockets = await bindSockets(specs)
  t.after(() => sockets.forEach((socket) => socket.close()))
  return sockets
}

async function listenOn(t: TestContext, where: object): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end('hello'))
  server.listen(where as ListenOptions)
  await once(server, 'listening')
  t.after(() => server.close())
  return server
}

/** What a client gets: the text of a server, or an error code. */
function ask(where: { port: number; host?: string } | { path: string }): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    connect(where)
      .on('data', (chunk) => (text += String(chunk)))
      .on('end', () => resolve(text))
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
}

async function problemsOf(specs: readonly ListenSpec[]): Promise<readonly string[]> {
  const error: unknown = await bindSockets(specs).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof LastcallError, 'bindSockets() has thrown')
  assert.equal(error.code, 'LASTCALL_LISTEN')
  return error.problems
}

test('bindSockets() binds and does not listen: clients are refused until somebody does', async (t) => {
  const [socket] = await bind(t, loopback('http'))
  assert.ok(socket?.port)
  assert.deepEqual([socket.name, socket.host], ['http', '127.0.0.1'])
  const { port } = socket
  assert.equal(await ask({ port, host: '127.0.0.1' }), 'ECONNREFUSED')
  await listenOn(t, socket.handle)
  assert.equal(await ask({ port, host: '127.0.0.1' }), 'hello')
})

test('bindSockets() keeps the order, and takes several sockets', async (t) => {
  const path = join(temporaryFolder(t), 'x.sock')
  const sockets = await bind(t, loopback('b'), { name: 'admin', path }, loopback('a'))
  assert.deepEqual(
    sockets.map(({ name }) => name),
    ['b', 'admin', 'a'],
  )
  assert.equal(new Set(sockets.map(({ fd }) => fd)).size, 3)
})

test('without a host every address is bound', async (t) => {
  const [socket] = await bind(t, { name: 'http', host: '', port: 0 })
  assert.ok(socket?.port)
  await listenOn(t, socket.handle)
  assert.equal(await ask({ port: socket.port, host: '127.0.0.1' }), 'hello')
})

test('an IPv6 address is bound', async (t) => {
  const [socket] = await bind(t, { name: 'http', host: '::1', port: 0 })
  assert.deepEqual([socket?.host, socket?.path], ['::1', undefined])
})

test('a port in use is found at once, with the name, the address, the error and the remedy', async (t) => {
  const { port } = (await listenOn(t, { port: 0, host: '127.0.0.1' })).address() as AddressInfo
  const [problem = '', ...others] = await problemsOf([loopback('http', port)])
  assert.deepEqual(others, [])
  assert.match(
    problem,
    new RegExp(
      `^http: 127\\.0\\.0\\.1:${port} cannot be bound \\(EADDRINUSE\\): .*ss -ltnp sport = :${port}`,
    ),
  )
})

test('a host-less port in use is not bound for IPv4 alone', async (t) => {
  const { port } = (await listenOn(t, { port: 0, host: '::' })).address() as AddressInfo
  assert.match(
    (await problemsOf([{ name: 'http', host: '', port }]))[0] ?? '',
    /^http: port \d+ .*EADDRINUSE/,
  )
})

test('all problems come at once, and nothing stays bound', async (t) => {
  const probe = bindTcp('127.0.0.1', 0)
  probe.handle.close()
  const { port } = probe.bound
  const file = join(temporaryFolder(t), 'file')
  writeFileSync(file, 'mine')
  const problems = await problemsOf([
    loopback('free', port),
    { name: 'elsewhere', host: '203.0.113.9', port: 0 },
    { name: 'file', path: file },
    { name: 'folder', path: '/no/such/folder/x.sock' },
    { name: 'unit', from: 'systemd' },
    { name: '9090', from: 'systemd' },
  ])
  assert.match(problems[0] ?? '', /^elsewhere: 203\.0\.113\.9:0 .*EADDRNOTAVAIL.*no network interface/)
  assert.match(problems[1] ?? '', /^file: .*the file there is not a socket/)
  assert.match(problems[2] ?? '', /^folder: .*EACCES.*its folder does not exist/)
  assert.match(problems[3] ?? '', /^unit: no socket of this name comes from systemd \(it has passed none\)/)
  assert.match(problems[3] ?? '', /or write name and address: unit=8080$/)
  assert.match(problems[4] ?? '', /or write name and address: http=9090$/)
  assert.equal(problems.length, 5)
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  await listenOn(t, { port, host: '127.0.0.1', exclusive: true })
})

test('describeTcpRefusal() has a remedy for a port below 1024', () => {
  assert.match(describeTcpRefusal(80, { code: 'EACCES' }), /\(EACCES\).*CAP_NET_BIND_SERVICE.*systemd/)
  assert.match(describeTcpRefusal(8080, { code: 'EACCES' }), /this user may not bind it/)
  assert.match(describeTcpRefusal(80, { code: 'ENOBUFS' }), /\(ENOBUFS\): choose another address/)
})

test('a unix socket has the mode that the umask leaves, and its file goes with it', async (t) => {
  const path = join(temporaryFolder(t), 'x.sock')
  const before = process.umask(0o027)
  t.after(() => process.umask(before))
  const [socket] = await bind(t, { name: 'admin', path })
  assert.deepEqual([socket?.path, socket?.port], [path, undefined])
  assert.equal(statSync(path).mode & 0o777, 0o750)
  assert.equal(await ask({ path }), 'ECONNREFUSED')
  socket?.close()
  assert.equal(existsSync(path), false)
})

test('a stale socket file, whose process was killed, is replaced', async (t) => {
  const path = join(temporaryFolder(t), 'x.sock')
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script]), 'exit')
  assert.ok(existsSync(path))
  const [socket] = await bind(t, { name: 'admin', path })
  await listenOn(t, socket?.handle ?? {})
  assert.equal(await ask({ path }), 'hello')
})

test('a socket on which another process listens is left alone', async (t) => {
  const path = join(temporaryFolder(t), 'x.sock')
  await listenOn(t, { path })
  const [problem] = await problemsOf([{ name: 'admin', path }])
  assert.match(problem ?? '', /^admin: .*x\.sock cannot be bound: another process listens there/)
  assert.equal(await ask({ path }), 'hello')
})

test(
  'a socket of another supervisor, on which nobody listens yet, is left alone',
  { skip: process.platform !== 'linux' && 'only Linux lists the open sockets' },
  async (t) => {
    const path = join(temporaryFolder(t), 'x.sock')
    await bind(t, { name: 'admin', path })
    const [problem] = await problemsOf([{ name: 'admin', path }])
    assert.match(problem ?? '', /another process has bound it, and is about to listen/)
    assert.ok(existsSync(path))
  },
)

test('close() leaves a file alone that somebody else has put there', async (t) => {
  const path = join(temporaryFolder(t), 'x.sock')
  const [socket] = await bind(t, { name: 'admin', path })
  writeFileSync(`${path}.new`, 'not ours')
  renameSync(`${path}.new`, path)
  socket?.close()
  assert.equal(readFileSync(path, 'utf8'), 'not ours')
})

/** A socket as systemd passes it. */
function activated(t: TestContext, name: string): HeldSocket {
  const { handle, bound } = bindTcp('127.0.0.1', 0)
  t.after(() => handle.close())
  const { address: host, port } = bound
  return { name, fd: handle.fd, host, port, handle, close: () => handle.close() }
}

test('a socket from systemd is used by its name, and those without a --listen follow', async (t) => {
  const [http, admin] = [activated(t, 'http'), activated(t, 'admin')]
  const sockets = await bindSockets([{ name: 'admin', from: 'systemd' }], [http, admin])
  assert.deepEqual(sockets, [admin, http])
})

test('a socket from systemd may be named with its address', async (t) => {
  const http = activated(t, 'http')
  assert.deepEqual(await bindSockets([loopback('http', http.port)], [http]), [http])
})

test('a socket from systemd with another address is refused, and stays open', async (t) => {
  const http = activated(t, 'http')
  const error: unknown = await bindSockets([loopback('http', 1)], [http]).catch((thrown: unknown) => thrown)
  assert.match(String(error), /http: systemd has bound 127\.0\.0\.1:\d+, and --listen says 127\.0\.0\.1:1;/)
  await listenOn(t, http.handle)
})
