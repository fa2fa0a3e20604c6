/**
 * The signals that Node.js knows on any of its platforms (Node.js docs, `os.constants.signals`). Any other
 * name would never arrive.
 */
const known: ReadonlySet<unknown> = new Set(
  `HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD STKFLT CONT STOP TSTP BREAK TTIN TTOU URG XCPU XFSZ
  VTALRM PROF WINCH IO POLL LOST PWR INFO SYS UNUSED`
    .split(/\s+/)
    .map((name) => `SIG${name}`),
)

const fault = 'leaves the process where no JavaScript can safely run'

/** Why each of these cannot start a shutdown (Node.js docs, "Signal events"). */
const refused: Readonly<Record<string, string>> = {
  SIGKILL: 'the kernel never hands SIGKILL to a process',
  SIGSTOP: 'the kernel never hands SIGSTOP to a process',
  SIGUSR1: 'Node.js opens its inspector on SIGUSR1 whatever is listening',
  SIGSEGV: `SIGSEGV ${fault}`,
  SIGBUS: `SIGBUS ${fault}`,
  SIGFPE: `SIGFPE ${fault}`,
  SIGILL: `SIGILL ${fault}`,
}

/** Whether this is the name of a signal on any platform. */
export function isSignalName(value: unknown): value is string {
  return known.has(value)
}

/** Why a value cannot be a signal that starts the shutdown, as the rest of a sentence; null when it can. */
export function signalProblem(signal: unknown): string | null {
  if (typeof signal !== 'string' || !isSignalName(signal)) {
    return "is not the name of a signal; write it like 'SIGTERM'"
  }
  const why = refused[signal]
  return why ? `cannot start a shutdown: ${why}; leave it out` : null
}
