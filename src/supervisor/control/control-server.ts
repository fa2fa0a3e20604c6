import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlAnswer, ControlCommand } from '../../core/supervisor-status.ts'
import type { RunningSupervisor } from '../running.ts'
import { checkPathLength, prepareFolder } from './control-path.ts'
import { listenOnPath } from './listen-on-path.ts'
import { parseCommand } from './parse-command.ts'
import { type LineLimits, readLine } from './read-line.ts'

/**
 * The control socket of a supervisor. Disposing of it, after everything has ended, answers those who wait for
 * that, and removes the file.
 */
export interface ControlServer {
  readonly path: string
  [Symbol.asyncDispose](): Promise<void>
}

const DEFAULT_LIMITS: LineLimits = { maxBytes: 64 * 1_024, timeoutMs: 5_000 }
/** A storm of `lastcall restart` must not use up the descriptors of the supervisor. */
const MAX_CONNECTIONS = 200
/** How long a client gets to read its answer and to close. */
const LINGER_MS = 1_000

/**
 * Answers commands on a unix socket: a JSON line in, a JSON line out. Only the same user can connect, because
 * of the modes of the folder (0700) and of the file (0600); Node has no SO_PEERCRED to ask the kernel with.
 * @param supervisor commands wait for it: the path has to be taken before anything is started
 * @throws LastcallError `LASTCALL_CONTROL_SOCKET` when the path cannot be used, or another supervisor has it
 */
export async function startControlServer(
  path: string,
  supervisor: Promise<RunningSupervisor>,
  limits: LineLimits = DEFAULT_LIMITS,
): Promise<ControlServer> {
  checkPathLength(path)
  prepareFolder(path)
  const closing = Promise.withResolvers<void>()
  const silent = new Set<Socket>()
  const answering = new Set<Socket>()
  // Half open: a client may end its side after the line, and still reads the answer.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    silent.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      silent.delete(socket)
      answering.delete(socket)
    })
    void serve(socket)
  })
  server.maxConnections = MAX_CONNECTIONS

  async function serve(socket: Socket): Promise<void> {
    const read = await readLine(socket, limits)
    if ('gone' in read) return
    silent.delete(socket)
    answering.add(socket)
    // An unread rest would reset the connection before the client has read the answer.
    socket.resume()
    const parsed = 'line' in read ? parseCommand(read.line) : read
    const answer = parsed.problem === undefined ? await answerTo(parsed.command) : badRequest(parsed.problem)
    socket.end(`${JSON.stringify(answer)}\n`)
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }

  function answerTo(command: ControlCommand): Promise<ControlAnswer> {
    const stopped = closing.promise.then(() => lastAnswer(command))
    return Promise.race([obey(command, supervisor), stopped])
  }

  await listenOnPath(server, path)
  return {
    path,
    async [Symbol.asyncDispose]() {
      closing.resolve()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of silent) socket.destroy()
      await Promise.race([closed, sleep(LINGER_MS, undefined, { ref: false })])
      for (const socket of answering) socket.destroy()
      await closed
    },
  }
}

const badRequest = (detail: string): ControlAnswer => ({ ok: false, outcome: 'bad-request', detail })

/** The answer to commands that are still open when the supervisor has ended. It is what `stop` waits for. */
function lastAnswer({ command }: ControlCommand): ControlAnswer {
  const detail = 'The supervisor has stopped'
  return command === 'stop' ? { ok: true, detail } : { ok: false, outcome: 'stopped', detail }
}

async function obey(command: ControlCommand, starting: Promise<RunningSupervisor>): Promise<ControlAnswer> {
  try {
    return await execute(command, await starting)
  } catch (error) {
    return { ok: false, outcome: 'error', detail: String(error) }
  }
}

async function execute(command: ControlCommand, supervisor: RunningSupervisor): Promise<ControlAnswer> {
  switch (command.command) {
    case 'status':
      return { ok: true, status: await supervisor.status() }
    case 'restart': {
      const result = await supervisor.restart(command.reason)
      if (result.outcome !== 'completed') return { ok: false, ...result }
      return { ok: true, generation: result.generation, detail: `Generation ${result.generation} serves` }
    }
    case 'stop':
      // A second stop would hammer. Who wants that says so.
      if (!['stopping', 'stopped'].includes(supervisor.state())) supervisor.stop('lastcall stop')
      // The end of this socket answers.
      return new Promise<never>(() => {})
    case 'hammer':
      return { ok: true, detail: describeHammer(supervisor.hammer()) }
  }
}

function describeHammer(count: number): string {
  if (count === 0) return 'No generation was ending'
  const [subject, verb] = count === 1 ? ['1 generation', 'was'] : [`${count} generations`, 'were']
  return `${subject} ${verb} ending and must end at once`
}
