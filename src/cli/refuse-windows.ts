import { LastcallError } from '../core/errors.ts'

/**
 * Refuses Windows, where no descriptor can be inherited and no signal restarts.
 * @throws LastcallError `LASTCALL_USAGE`
 */
export function refuseWindows(command: string, platform: string = process.platform): void {
  if (platform !== 'win32') return
  const need = `${command} needs sockets that processes inherit, which Windows does not have`
  throw new LastcallError('LASTCALL_USAGE', [`${need}; use WSL or a container`])
}
