import type { Logger } from '../../core/logger.ts'
import type { SignalName } from '../../core/options.ts'
import { errorText } from '../../node/guard/limit.ts'
import type { ExitGate } from './exit-gate.ts'
import { applicationListeners, numberOf, type SignalHandler } from './signal-listeners.ts'

/** Which handlers to run, and how. */
export interface Handling {
  readonly signal: SignalName
  /** The handlers already got the signal, before anything listened, and may still be running. */
  readonly called: boolean
  readonly exits: ExitGate
  readonly logger: Logger
}

/**
 * Calls the application's own handlers for a signal, in their order and with Node's arguments. Then waits
 * until the application is done: when it calls exit, or when nothing keeps its event loop alive, which is how
 * it would have ended. Without handlers there is no wait.
 * @throws the error that a handler throws or rejects with; an error when the application's exit code is not 0
 */
export async function runApplicationHandlers({ signal, called, exits, logger }: Handling): Promise<void> {
  const handlers = applicationListeners(signal)
  if (handlers.length > 0 || called) {
    await new Promise<void>((resolve, reject) => {
      const complain = (error: unknown): void => {
        logger.error(
          { signal, error: errorText(error), stack: stackOf(error) },
          'lastcall: a signal handler of the application failed',
        )
        reject(error)
      }
      exits.hold(resolve)
      process.once('beforeExit', () => resolve())
      if (!called) for (const handler of handlers) call(handler, signal, complain)
    })
  }
  // Not an error: shells report "ended by signal n" as 128 + n, and Next.js exits with it.
  if (Number(process.exitCode) === 128 + numberOf(signal)) process.exitCode = 0
  const code = Number(process.exitCode ?? 0)
  if (code !== 0) throw new Error(`the application exited with ${code}`)
}

function call(handler: SignalHandler, signal: SignalName, complain: (error: unknown) => void): void {
  try {
    const result = Reflect.apply(handler, process, [signal, numberOf(signal)])
    if (result instanceof Promise) result.catch(complain)
  } catch (error) {
    complain(error)
  }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined
}
