/**
 * Writes the entry point `lastcall/documents` into dist/: the types of the JSON documents, from their
 * schemas.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compile } from 'json-schema-to-typescript'
import { documentKinds, schemaFileOf } from './docs/document-schemas.ts'

type Definitions = Readonly<Record<string, object>>

const definitions = documentKinds.reduce<Definitions>((all, { type, name }) => {
  const { definitions: its, ...schema } = JSON.parse(readFileSync(schemaFileOf(name), 'utf8')) as {
    definitions: Definitions
  }
  return { ...all, ...its, [type]: schema }
}, {})
const root = {
  title: 'LastcallDocument',
  description: 'Any JSON document that lastcall writes.',
  anyOf: documentKinds.map(({ type }) => ({ $ref: `#/definitions/${type}` })),
  definitions,
}
const types = await compile(root, root.title, {
  additionalProperties: false,
  bannerComment: '',
  // Their schemas are those of this folder, and need no network.
  $refOptions: { resolve: { http: false } },
})

mkdirSync('dist/documents', { recursive: true })
writeFileSync('dist/documents/index.d.ts', types)
writeFileSync('dist/documents/index.js', 'export {}\n')
