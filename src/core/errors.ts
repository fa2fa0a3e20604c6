/**
 * The error table. A code is never reused or renamed. docs/reference/errors.md has a paragraph for each,
 * which a test compares with this file.
 */
const titles = {
  LASTCALL_INVALID_OPTIONS: 'The options cannot be used',
  LASTCALL_NODE_VERSION: 'This version of Node.js is too old',
  LASTCALL_UNSUPPORTED_PEER: 'A package that lastcall works with is too old',
  LASTCALL_NOT_A_SERVER: 'The value passed to serve() is not a server',
  LASTCALL_SERVER_TAKEN: 'Another lifecycle serves this server',
  LASTCALL_ALREADY_STARTED: 'start() was called twice on one lifecycle',
  LASTCALL_ALREADY_SHUT_DOWN: 'The lifecycle has shut down and cannot be used again',
  LASTCALL_PROBE_PORT: 'The probe server cannot listen',
  LASTCALL_LISTEN: 'The server cannot listen',
  LASTCALL_DUPLICATE_NAME: 'The name is taken',
  LASTCALL_TIMEOUT: 'A function of yours did not finish in its time',
  LASTCALL_NOT_STOPPED: 'The lifecycle of a test did not stop',
  LASTCALL_USAGE: 'The command line cannot be used',
  LASTCALL_APP_NOT_READY: 'The application did not become ready',
  LASTCALL_SELF_TEST: 'The application does not answer what the load sends',
  LASTCALL_CLUSTER: 'The cluster cannot be used',
  LASTCALL_PERMISSION: 'Permissions are missing in the cluster',
  LASTCALL_WORKLOAD: 'The workload cannot be rolled out',
  LASTCALL_SERVICE: 'The Service to send to is not clear',
  LASTCALL_MANIFEST: 'The manifest cannot be used',
  LASTCALL_AGENT: 'The agent in the cluster did not do its work',
  LASTCALL_CONTROL_SOCKET: 'The control socket cannot be used',
} as const

/** A code of {@link LastcallError}. Stable: compare this, not the message. */
export type ErrorCode = keyof typeof titles

/** All codes with their titles, for documentation and tests. */
export const errorTable: Readonly<Record<ErrorCode, string>> = titles

/**
 * Every error that lastcall throws or rejects with. `code` identifies it; `problems` lists everything that
 * was wrong with the input.
 * @example
 * ```ts
 * import { createLifecycle, LastcallError } from 'lastcall'
 *
 * try {
 *   createLifecycle({ drainTimeoutMs: Number(process.env.DRAIN_MS) })
 * } catch (error) {
 *   if (!(error instanceof LastcallError)) throw error
 *   console.error(error.code, error.problems)
 * }
 * ```
 */
export class LastcallError extends Error {
  override readonly name = 'LastcallError'
  readonly code: ErrorCode
  readonly problems: readonly string[]

  /**
   * @param code entry of the error table
   * @param problems what exactly is wrong, one sentence each, with the value and the remedy
   * @param cause the error that caused this one
   */
  constructor(code: ErrorCode, problems: readonly string[], cause?: unknown) {
    const detail = problems.length > 1 ? `\n  - ${problems.join('\n  - ')}` : ` ${problems.join('')}`
    super(`${errorTable[code]}:${detail}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.problems = problems
  }
}
