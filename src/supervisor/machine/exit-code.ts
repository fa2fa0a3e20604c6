import type { Exit } from './state.ts'

/** Numbers that Linux and macOS share. */
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
}

/**
 * The exit code that stands for an exit: its own, or 128 + n when signal n ended it, as shells report it. 1
 * for any other signal, and for a process that could not be started.
 */
export function exitCodeOf({ code, signal }: Exit): number {
  if (code !== null) return code
  const number = signal === null ? undefined : signalNumbers[signal]
  return number === undefined ? 1 : 128 + number
}
