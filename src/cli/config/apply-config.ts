import type { Command } from 'commander'
import { LastcallError } from '../../core/errors.ts'
import type { RawFlags } from '../flag-reader.ts'
import { CONFIG_FLAG, LANE_FLAGS } from '../load-flags.ts'
import { keysOf, laneKeys, loadKeys } from './keys.ts'
import { type Config, type ConfigValue, readConfig } from './read-config.ts'

/** Renames the problems of flags whose values came from the file. */
export type RenameProblems = (error: LastcallError) => LastcallError

/** Whether the file may have a section for a command: only commands that send load have one. */
export function takesConfig(command: Command): boolean {
  return command.options.some(({ long }) => long === CONFIG_FLAG)
}

/**
 * Gives a command the values of the file, except for flags on the command line.
 * @param commands all commands for which the file may have sections
 * @throws LastcallError `LASTCALL_USAGE` when the file cannot be used
 */
export function applyConfig(command: Command, commands: readonly Command[], cwd: string): RenameProblems {
  const named = command.getOptionValue('config') as string | undefined
  const sections = new Map(commands.map((one) => [one.name(), keysOf(one)]))
  const config = readConfig(named, cwd, { sections, lanes: laneKeys })
  if (!config) return (error) => error
  const places = new Map<string, string>()
  for (const value of valuesFor(command.name(), config)) {
    const { option, flag } = value.key
    const isGiven = ['cli', 'config'].includes(command.getOptionValueSource(option) ?? '')
    if (!isGiven) places.set(flag, value.place)
    if (!isGiven || option === 'header') {
      const raw = option === 'header' ? mergeHeaders(command, value) : value.raw
      command.setOptionValueWithSource(option, raw, 'config')
    }
  }
  const lanes = [...config.lanes].map(([lane, values]): [string, RawFlags] => [
    lane,
    Object.fromEntries(values.map(({ key, raw }) => [key.option, raw])),
  ])
  command.setOptionValueWithSource(LANE_FLAGS, Object.fromEntries(lanes), 'config')
  return (error) => rename(error, config, places)
}

/** The values in order of precedence. Other commands use the load-shaping values of the section `load`. */
function valuesFor(name: string, { sections }: Config): readonly ConfigValue[] {
  const own = sections.get(name) ?? []
  const common = name === 'load' ? [] : (sections.get('load') ?? [])
  return [...own, ...common.filter(({ key }) => loadKeys.has(key.key))]
}

/** Adds header fields of the file, unless a field of that name is already set. */
function mergeHeaders(command: Command, { raw }: ConfigValue): readonly string[] {
  const given = (command.getOptionValue('header') ?? []) as readonly string[]
  const nameOf = (field: string): string | undefined => field.split(':', 1)[0]?.trim().toLowerCase()
  const names = given.map(nameOf)
  return [...(raw as readonly string[]).filter((field) => !names.includes(nameOf(field))), ...given]
}

function rename(error: LastcallError, { file }: Config, places: ReadonlyMap<string, string>): LastcallError {
  const problems = error.problems.map((problem) => {
    const [, flag = '', rest = ''] = /^--([\w-]+)(:.*)$/s.exec(problem) ?? []
    const place = places.get(flag)
    return place === undefined ? problem : `${file}: ${place}${rest}`
  })
  return new LastcallError(error.code, problems)
}
