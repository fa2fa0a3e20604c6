import { isMap } from '../config/kinds.ts'
import { DocumentError } from './document-error.ts'
import type { Json } from './document.ts'

/**
 * Follows a Reference Object (OpenAPI 3.1 §4.8.23) to its target, and returns any other value unchanged.
 * Throws a {@link DocumentError} for a reference that leads nowhere, in a circle, or to another file.
 */
export type Resolve = (value: unknown) => unknown

/** Resolves the references of a document. All of them have to point into the document. */
export function createResolve(root: Json): Resolve {
  return (value) => {
    const seen = new Set<string>()
    let found = value
    while (isMap(found) && typeof found['$ref'] === 'string') {
      const reference = found['$ref']
      if (seen.has(reference)) throw new DocumentError(`has a circle of references: '${reference}'`)
      seen.add(reference)
      found = lookUp(root, reference)
    }
    return found
  }
}

function lookUp(root: Json, reference: string): unknown {
  if (!reference.startsWith('#')) {
    throw new DocumentError(
      `refers to '${reference}', which is another file; bundle both into one, ` +
        'for example with npx @redocly/cli bundle',
    )
  }
  const found = reference === '#' ? root : walk(root, reference)
  if (found === undefined) throw new DocumentError(`refers to '${reference}', which it does not have`)
  return found
}

/** Follows a JSON Pointer in a URI fragment (RFC 6901 §6). */
function walk(root: Json, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined
  let found: unknown = root
  for (const part of reference.slice(2).split('/')) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Json)[key]
  }
  return found
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
