import type { ControlCommand } from '../../core/supervisor-status.ts'

const MAX_REASON_LENGTH = 500
const commands = ['status', 'restart', 'stop', 'hammer'] as const

/** A command, or why a line is none. */
export type ParsedCommand =
  { readonly command: ControlCommand; readonly problem?: undefined } | { readonly problem: string }

/** Reads the line that a client has sent. */
export function parseCommand(line: string): ParsedCommand {
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch {
    return { problem: 'got a line that is not JSON, wanted such as {"command":"status"}' }
  }
  const { command, reason } = (given ?? {}) as { readonly command?: unknown; readonly reason?: unknown }
  const name = commands.find((known) => known === command)
  if (name === undefined) return { problem: `there is no such command; there are ${commands.join(', ')}` }
  if (name !== 'restart') return { command: { command: name } }
  if (typeof reason !== 'string' || reason === '' || reason.length > MAX_REASON_LENGTH)
    return { problem: `reason: wanted a text of 1 to ${MAX_REASON_LENGTH} characters` }
  return { command: { command: name, reason } }
}
