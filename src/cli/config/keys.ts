import { Command } from 'commander'
import { lanes } from '../../load/lanes/index.ts'
import { addLoadFlags, CONFIG_FLAG } from '../load-flags.ts'
import { addRequestFlags } from '../request-flags.ts'
import { kindOf, type ValueKind } from './kinds.ts'

/** A key of the file. It corresponds to a flag. */
export interface ConfigKey {
  /** `expectStatus` for `--expect-status`. The key of a repeatable flag is plural. */
  readonly key: string
  /** Name under which commander stores the flag. */
  readonly option: string
  /** The flag without dashes. */
  readonly flag: string
  readonly kind: ValueKind
  readonly description: string
}

/** The keys of a section by its name. */
export type Keys = ReadonlyMap<string, ConfigKey>

/** The keys of a command: one for each of its flags. */
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

/** The load-shaping keys that every command has. */
export const loadKeys: Keys = keysOf(addLoadFlags(new Command()))

const requestKeys = keysOf(addRequestFlags(new Command()))

/** The keys of each lane: its headers, and the parts of its request if the lane accepts one. */
export const laneKeys: ReadonlyMap<string, Keys> = new Map(
  lanes.map(({ name, described }) => [
    name,
    new Map([...requestKeys].filter(([key]) => described !== undefined || key === 'headers')),
  ]),
)
