import { LastcallError } from '../../core/errors.ts'

/** An error of the control socket at a path. */
export function controlError(path: string, problem: string, cause?: unknown): LastcallError {
  return new LastcallError('LASTCALL_CONTROL_SOCKET', [`${path}: ${problem}`], cause)
}
