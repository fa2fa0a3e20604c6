import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { LastcallError } from '../core/errors.ts'
import type { RenameProblems } from './config/apply-config.ts'
import type { CliIo } from './io.ts'
import { createSmallCommands } from './small-commands.ts'

/** Exit code for an invalid command line, and for an application that cannot be reached. */
const USAGE_EXIT_CODE = 2

/**
 * Runs one command line. Known errors become text on stderr, never a stack.
 * @param argv the words after the program's name
 * @returns the exit code: 0 pass, 1 fail, 2 usage or unreachable, 3 inconclusive, 128 + n ended by signal n;
 *   of `lastcall run` that of the program
 */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0
  let rename: RenameProblems = (error) => error
  const onExitCode = (code: number): void => {
    exitCode = code
  }
  const small = createSmallCommands(io, onExitCode)
  // A supervisor would keep the packages of the others in its memory.
  const isSmall = small.some((command) => command.name() === argv[0])
  const large = isSmall ? undefined : await import('./large-commands.ts')
  const program = createProgram(io, [...(large?.createLargeCommands(io, onExitCode) ?? []), ...small])
  program.hook('preAction', (_, command) => {
    const configurable = program.commands.filter((one) => large?.takesConfig(one))
    if (large && configurable.includes(command)) rename = large.applyConfig(command, configurable, io.cwd)
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE
    if (error instanceof LastcallError) {
      io.stderr.write(`${rename(error).message}\n`)
      return USAGE_EXIT_CODE
    }
    io.stderr.write(
      `lastcall failed because of a bug: ${error instanceof Error ? error.stack : String(error)}\n`,
    )
    return USAGE_EXIT_CODE
  }
}

function createProgram(io: CliIo, commands: readonly Command[]): Command {
  const program = new Command('lastcall')
    .description('Zero failed requests when a Node.js pod goes away, and the proof of it')
    .version(readVersion())
    .enablePositionalOptions()
  for (const command of commands) program.addCommand(command)
  for (const command of [program, ...commands, ...commands.flatMap((one) => one.commands)]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        writeErr: (text) => void io.stderr.write(text),
        getOutHelpWidth: () => io.stdout.columns ?? 100,
        getErrHelpWidth: () => io.stderr.columns ?? 100,
      })
      .showHelpAfterError(`(${wordsOf(command)} --help lists commands and flags)`)
  }
  return program
}

/** The full name of a command: `lastcall kube patch` for `patch`. */
function wordsOf(command: Command): string {
  return command.parent ? `${wordsOf(command.parent)} ${command.name()}` : command.name()
}

// Two levels up, both from src/cli and from dist/cli.
function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
