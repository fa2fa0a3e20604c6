import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import type { ControlAnswer } from '../../src/core/supervisor-status.ts'
import { startControlServer } from '../../src/supervisor/control/control-server.ts'
import { FakeRunningSupervisor } from './fake-running-supervisor.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A control socket with a supervisor that is none; it is closed when the test ends. */
export async function startControl(
  t: TestContext,
  { path = join(temporaryFolder(t), 'control.sock'), limits = { maxBytes: 1_000, timeoutMs: 10_000 } } = {},
) {
  const supervisor = new FakeRunningSupervisor()
  const server = await startControlServer(path, Promise.resolve(supervisor), limits)
  t.after(() => server[Symbol.asyncDispose]())
  return { supervisor, server, path }
}

/** A connection to a unix socket. */
export async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path)
  await once(socket, 'connect')
  return socket
}

/** Sends text as it is, and resolves to the answer. */
export async function sendText(path: string, line: string): Promise<ControlAnswer> {
  const socket = await connectTo(path)
  socket.write(line)
  return JSON.parse(await text(socket)) as ControlAnswer
}

/** Leaves a socket file on which nobody listens, as a process does that was killed. */
export async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer().listen(path)
  await once(server, 'listening')
  // Node removes the file of a server that it closes.
  renameSync(path, `${path}.kept`)
  server.close()
  await once(server, 'close')
  renameSync(`${path}.kept`, path)
}
