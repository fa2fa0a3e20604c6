import type { Command } from 'commander'
import { type ExitCode, exitCodes, NEVER } from './exit-codes.ts'

/** A command line to copy, and its purpose. */
export type Example = readonly [line: string, purpose: string]

/** Adds examples and exit codes below the flags of a command's help. */
export function addHelp(
  command: Command,
  name: Exclude<keyof ExitCode, 'code'>,
  examples: readonly Example[],
): Command {
  const codes = exitCodes.map((row) => [row.code, row[name]] as const).filter(([, words]) => words !== NEVER)
  return command.addHelpText('after', `\nExamples:\n${columns(examples)}\n\nExit codes:\n${columns(codes)}`)
}

function columns(rows: readonly Example[]): string {
  const width = rows.reduce((most, [first]) => Math.max(most, first.length), 0)
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n')
}
