import { SECOND_SIGNAL_AFTER_MS } from '../core/defaults.ts'
import type { RunningSupervisor } from '../supervisor/running.ts'
import type { CliIo } from './io.ts'

/** Never SIGUSR1: Node opens its inspector on it. */
const signals = ['SIGHUP', 'SIGUSR2', 'SIGTERM', 'SIGINT', 'SIGQUIT'] as const

type Signal = (typeof signals)[number]

/**
 * Lets signals control a supervisor. SIGHUP and SIGUSR2 restart. SIGTERM and SIGINT stop; another one at
 * least a second later hammers. SIGQUIT stops and hammers at once. Returns a function that ends this.
 * @param supervisor signals wait for it. Until there is one, they would end the process
 * @param now clock in milliseconds
 */
export function followSignals(
  io: Pick<CliIo, 'onSignal'>,
  supervisor: Promise<RunningSupervisor>,
  now: () => number = () => performance.now(),
): () => void {
  let stoppedAt: number | undefined

  function act(running: RunningSupervisor, signal: Signal, at: number): void {
    if (signal === 'SIGHUP' || signal === 'SIGUSR2') {
      void withHooks(running, signal, () => void running.restart(signal))
      return
    }
    const isFirst = stoppedAt === undefined
    // Ctrl-C arrives twice: from the terminal and from a parent such as npm.
    const isAgain = !isFirst && at - (stoppedAt ?? at) >= SECOND_SIGNAL_AFTER_MS
    stoppedAt ??= at
    // The control socket may have begun the stop. A stop that is repeated would hammer.
    const stop = (): void => {
      if (!['stopping', 'stopped'].includes(running.state())) running.stop(signal)
    }
    if (isFirst && signal !== 'SIGQUIT') return void withHooks(running, signal, stop)
    if (!isAgain && signal !== 'SIGQUIT') return
    // The hooks of the first signal may still hold up the stop.
    stop()
    running.hammer()
  }

  return io.onSignal((signal) => {
    const at = now()
    void supervisor.then((running) => act(running, signal as Signal, at))
  }, signals)
}

/** The hooks stand around the order, not around what follows from it: a restart takes as long as it takes. */
async function withHooks(running: RunningSupervisor, signal: Signal, order: () => void): Promise<void> {
  await running.runHooks(signal, 'before')
  order()
  await running.runHooks(signal, 'after')
}
