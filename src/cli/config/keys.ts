import { Command } from 'commander'
import { lanes } from '../../load/lanes/index.ts'
import { addLoadFlags, CONFIG_FLAG } from '../load-flags.ts'
import { addRequestFlags } from '../request-flags.ts'
import { kindOf, type ValueKind } from './kinds.ts'

/** A key of the file, which is a flag in other words. */
export interface ConfigKey {
  /** `expectStatus` for `--expect-status`; a flag that can be repeated is plural. */
  readonly key: string
  /** Under which commander keeps the flag. */
  readonly option: string
  /** The flag without its dashes. */
  readonly flag: string
  readonly kind: ValueKind
  readonly description: string
}

/** The keys of a section by its name. */
export type Keys = ReadonlyMap<string, ConfigKey>

/** The keys of a command: everything that its flags can say. */
export function keysOf(command: Command): Keys {
  const keys = command.options
    .filter(({ long }) => long !== CONFIG_FLAG)
    .map((option): ConfigKey => {
      const name = option.attributeName()
      const isRepeatable = option.parseArg !== undefined
      return {
        key: isRepeatable ? `${name}s` : name,
        option: name,
        flag: (option.long ?? '').replace(/^--/, ''),
        kind: kindOf(option.flags),
        description: option.description,
      }
    })
  return new Map(keys.map((key) => [key.key, key]))
}

/** The keys that every command has, because they shape its load. */
export const loadKeys: Keys = keysOf(addLoadFlags(new Command()))

const requestKeys = keysOf(addRequestFlags(new Command()))

/** The keys of each lane: its headers, and the parts of its request where it takes one. */
export const laneKeys: ReadonlyMap<string, Keys> = new Map(
  lanes.map(({ name, described }) => [
    name,
    new Map([...requestKeys].filter(([key]) => described !== undefined || key === 'headers')),
  ]),
)
