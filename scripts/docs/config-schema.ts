import type { Command } from 'commander'
import { takesConfig } from '../../src/cli/config/apply-config.ts'
import { type Keys, keysOf, laneKeys } from '../../src/cli/config/keys.ts'
import { commands } from './facts.ts'

/** Where the schema is. */
export const schemaFile = 'schema/lastcall.schema.json'

/** The schema as a file. */
export function schemaText(): string {
  const configurable = [...commands().values()].filter(takesConfig)
  return `${JSON.stringify(configSchema(configurable), undefined, 2)}\n`
}

/** The JSON Schema of `lastcall.yaml`, made from the flags of the commands. */
function configSchema(commands: readonly Command[]): object {
  const sections = commands.map((command): [string, object] => [
    command.name(),
    { description: `Flags of lastcall ${command.name()}`, ...mapOf(keysOf(command)) },
  ])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'lastcall.yaml',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(sections),
      lanes: {
        description: 'What single lanes send otherwise',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries([...laneKeys].map(([lane, keys]) => [lane, mapOf(keys)])),
      },
    },
  }
}

function mapOf(keys: Keys): object {
  const properties = [...keys].map(([key, { kind, description }]): [string, object] => [
    key,
    { description, type: kind.types.length === 1 ? kind.types[0] : kind.types, ...kind.schema },
  ])
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) }
}
