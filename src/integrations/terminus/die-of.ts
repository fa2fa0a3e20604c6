import type { SignalName } from '../../core/options.ts'

/**
 * Makes the following exit end by this signal, as terminus does. The signal is raised after everything else,
 * including 'exit' listeners. Where it has no effect (the kernel gives PID 1 no default action,
 * pid_namespaces(7)), the exit continues with its code.
 */
export function dieOf(signal: SignalName): void {
  process.once('exit', () => {
    // No listener can run any more, but a remaining one would prevent the signal's default action.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
