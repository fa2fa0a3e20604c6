import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { schemaFileOf } from '../../scripts/docs/document-schemas.ts'

// The published schemas allow further fields, so that a reader of an older version accepts a newer document.
// Here every field has to be in them.
const closed = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'properties' in value && !('additionalProperties' in value)
    ? { ...value, additionalProperties: false }
    : value

const validators = new Map<string, ValidateFunction>()

function validatorOf(kind: string): ValidateFunction {
  const found = validators.get(kind)
  if (found) return found
  const schema = JSON.parse(readFileSync(schemaFileOf(kind), 'utf8'), closed) as object
  const made = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
  validators.set(kind, made)
  return made
}

/** Fails when a document is not what the published schema of its kind says, or has a field more. */
export function assertDocument(document: unknown, kind: string): void {
  const validate = validatorOf(kind)
  validate(document)
  const problems = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${kind}${instancePath} ${message} ${JSON.stringify(params)}`,
  )
  assert.deepEqual(problems, [])
}

/** Reads a document of the command line, and holds it against the published schema of its kind. */
export function readDocument<Document extends { readonly kind: string }>(text: string): Document {
  const document = JSON.parse(text) as Document
  assertDocument(document, document.kind)
  assertRounded(document)
  return document
}

/** Fails when a number has more than three digits behind its point; times have one. */
function assertRounded(document: object): void {
  const long = JSON.stringify(document).match(/"[^"]+":-?\d+\.\d{4,}/g) ?? []
  assert.deepEqual(long, [])
}
