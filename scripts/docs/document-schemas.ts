import { createGenerator, type Schema } from 'ts-json-schema-generator'

/** A kind of JSON document: its type in `src/report/documents.ts` and the name of its schema. */
interface DocumentKind {
  readonly type: string
  readonly name: string
}

/** Every kind of document that lastcall writes. */
export const documentKinds: readonly DocumentKind[] = [
  { type: 'Report', name: 'report' },
  { type: 'LoadDocument', name: 'load' },
  { type: 'RehearsalDocument', name: 'rehearsal' },
  { type: 'BeforeAfterDocument', name: 'before-after' },
  { type: 'RolloutDocument', name: 'rollout' },
  { type: 'KubeCheckDocument', name: 'kube-check' },
  { type: 'SupervisorStatus', name: 'supervisor-status' },
]

/** Where the schema of a kind is. */
export const schemaFileOf = (name: string): string => `schema/${name}.schema.json`

/** The schemas by their files. They allow further fields: a new one does not change `schemaVersion`. */
export function documentSchemas(): ReadonlyMap<string, string> {
  const generator = createGenerator({
    path: 'src/report/documents.ts',
    tsconfig: 'tsconfig.json',
    // `npm run types` checks them, with the compiler of this project.
    skipTypeCheck: true,
    expose: 'export',
    topRef: false,
    additionalProperties: true,
  })
  return new Map(
    documentKinds.map(({ type, name }) => {
      const { $schema, ...schema } = JSON.parse(JSON.stringify(generator.createSchema(type), tidy)) as Schema
      const titled = { $schema, title: type, ...schema }
      return [schemaFileOf(name), `${JSON.stringify(titled, undefined, 2)}\n`]
    }),
  )
}

function tidy(key: string, value: unknown): unknown {
  // Readers of the schema have no source that a link could lead to.
  if (key === 'description' && typeof value === 'string') {
    return value.replaceAll(/\s*\{\s*@link\s+([^}\s]+)\s*\}(?: (?=\W))?/g, ' $1').replaceAll(/\s+/g, ' ')
  }
  // The label of a tuple's part.
  if (key === 'title' && typeof value === 'string') return undefined
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value
  // Draft 7 ignores all that stands beside a reference.
  const { $ref, ...beside } = value
  return Object.keys(beside).length === 0 ? value : { ...beside, allOf: [{ $ref }] }
}
