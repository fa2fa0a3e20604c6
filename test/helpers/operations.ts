import assert from 'node:assert/strict'
import { parse } from 'yaml'
import type { Json } from '../../src/cli/openapi/document.ts'
import { type OperationOptions, type Operations, operationsOf } from '../../src/cli/openapi/operations.ts'

/** The operations of a document in YAML. */
export function read(yaml: string, options: Partial<OperationOptions> = {}): Operations {
  return operationsOf(parse(yaml) as Json, { headerNames: new Set(), ...options })
}

/** The path of the one operation, or why it is not sent. */
export function only(yaml: string, options?: Partial<OperationOptions>): string {
  const { requests, notSent } = read(yaml, options)
  assert.equal(requests.length + notSent.length, 1)
  return requests[0]?.path ?? notSent[0]?.reason ?? ''
}
