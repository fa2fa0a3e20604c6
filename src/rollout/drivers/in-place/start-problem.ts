import { formatDuration } from '../../../core/duration.ts'
import { LastcallError } from '../../../core/errors.ts'
import type { ChildExit } from '../../../process/child-group.ts'
import { quoteOutput } from '../shared/quote-output.ts'
import { findTakenPort } from '../shared/taken-port.ts'
import type { InPlaceOptions, InPlacePorts } from './in-place-options.ts'

/** What is known when a generation does not become ready. */
export interface FailedStart {
  readonly options: Pick<InPlaceOptions, 'command' | 'auto' | 'readyTimeoutMs'>
  readonly ports: InPlacePorts
  /** The last lines of the supervisor and of its generations. */
  readonly output: readonly string[]
  /** Whether a generation told the supervisor about itself, as programs with lastcall do. */
  readonly speaks: boolean
  /** What the supervisor says went wrong; undefined when nothing did so far. */
  readonly failure?: string | undefined
}

const takeTheSocket =
  "an unchanged Node.js server takes the supervisor's socket with --auto, a changed one with listen() of lastcall, " +
  'and other programs from LISTEN_FDS'

/**
 * The error of a supervisor, or of a generation, that did not become ready.
 * @param sentence what the supervisor says about it
 */
export function failedStart(sentence: string, start: FailedStart): LastcallError {
  return new LastcallError('LASTCALL_APP_NOT_READY', [
    `${sentence}${describeRemedy(start)}${quoteOutput(start.output)}`,
  ])
}

/**
 * How a supervisor ended. It ends by itself only when it cannot start, or nothing that it starts stays alive.
 */
export function describeSupervisorExit({ code, signal, error }: ChildExit): string {
  if (error) return `lastcall run cannot be started (${error.message})`
  return signal ? `lastcall run was ended by ${signal}` : `lastcall run ended with exit code ${code}`
}

/** What a generation that has not become ready lacks, as of now. */
export function describeSilence(start: FailedStart, afterMs: number): string {
  return `no generation is ready after ${formatDuration(afterMs)}${describeRemedy(start)}`
}

function describeRemedy({ options, ports, output, speaks, failure }: FailedStart): string {
  if (bindsItself(output, ports)) {
    const command = options.command.join(' ')
    return `; '${command}' bound port ${ports.port} itself, which lastcall run holds for it: ${takeTheSocket}`
  }
  if (failure === 'exited') return '; correct what ended it'
  // It has the remedy in its sentence.
  if (failure === 'spawn') return ''
  if (speaks) return '; correct what it waits for, or give it more time with --ready-timeout'
  return options.auto
    ? '; lastcall/auto has not started in it: is it written for Node.js, and does NODE_OPTIONS reach it?'
    : `; no lifecycle of lastcall has started in it, so that it cannot say that it is ready: ${takeTheSocket}`
}

/** Whether the program printed that one of the ports was taken, which the supervisor has. */
function bindsItself(output: readonly string[], { port, http2Port }: InPlacePorts): boolean {
  const taken = findTakenPort(output)?.port
  return taken === port || taken === http2Port
}
