import { spawnSync } from 'node:child_process'
import { getSystemErrorName } from 'node:util'
import { LastcallError } from '../../core/errors.ts'
import { describeTcpRefusal } from './describe-refusal.ts'
import type { HeldSocket } from './held-socket.ts'

/** Default of `server.listen()`. */
const BACKLOG = 511
/** Beyond any start of Node. */
const LISTEN_MS = 30_000

/**
 * Listens on the descriptors from 3 on, and exits before its event loop could accept. Prints the error
 * numbers.
 */
const script = `
const { _createServerHandle: open } = require('node:net')
const fds = Array.from({ length: Number(process.argv[1]) }, (_, index) => 3 + index)
const errors = fds.map((fd) => open(null, undefined, undefined, fd).listen(${BACKLOG}))
require('node:fs').writeSync(1, JSON.stringify(errors))
process.exit()`

/**
 * Makes the kernel queue connections before any generation accepts them, as systemd does. Programs that know
 * LISTEN_FDS, and not lastcall, rely on it: Go's `net.FileListener` does not listen. Another process does it,
 * and takes some 50 ms, because Node cannot listen without accepting.
 * @throws LastcallError `LASTCALL_LISTEN` when another process, which has bound the port as well, listens
 * meanwhile
 */
export function startQueueing(sockets: readonly HeldSocket[]): void {
  if (sockets.length === 0) return
  const { stdout, stderr, error } = spawnSync(process.execPath, ['-e', script, String(sockets.length)], {
    // NODE_OPTIONS could load a program.
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', ...sockets.map(({ fd }) => fd)],
    encoding: 'utf8',
    timeout: LISTEN_MS,
  })
  if (error !== undefined || !stdout.startsWith('[')) {
    const why = error?.message ?? stderr.trim()
    throw new LastcallError('LASTCALL_LISTEN', [`no process can be started to listen: ${why}`], error)
  }
  const errors = JSON.parse(stdout) as readonly number[]
  const problems = sockets.flatMap(({ name, port = 0 }, index) => {
    const status = errors[index] ?? 0
    return status === 0 ? [] : [`${name}: ${describeTcpRefusal(port, { code: getSystemErrorName(status) })}`]
  })
  if (problems.length > 0) throw new LastcallError('LASTCALL_LISTEN', problems)
}
