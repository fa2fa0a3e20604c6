import type { SignalName } from '../../core/options.ts'

/**
 * Makes the exit that follows one by this signal, which is what terminus ends with. It is raised when
 * everything else has been done, 'exit' listeners included, and where it does nothing (the kernel gives PID 1
 * no default action, pid_namespaces(7)) the exit goes on with its code.
 */
export function dieOf(signal: SignalName): void {
  process.once('exit', () => {
    // No listener can run any more, and one that is left would keep the signal from having its effect.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
