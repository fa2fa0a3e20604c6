import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isMap } from '../config/kinds.ts'
import { readYaml } from '../yaml.ts'
import { DocumentError } from './document-error.ts'

/** A map in the document. */
export type Json = Readonly<Record<string, unknown>>

/**
 * Reads an OpenAPI document, JSON or YAML.
 * @throws DocumentError when it is not one, or its version is not 3.0 to 3.2
 */
export function readDocument(file: string, cwd: string): Json {
  const root = parse(readText(file, cwd))
  if (!isMap(root)) throw new DocumentError('is not an OpenAPI document: it has no keys and values')
  if (root['swagger'] !== undefined) {
    throw new DocumentError(
      `has swagger: ${JSON.stringify(root['swagger'])}, which is not supported; convert it to OpenAPI 3, ` +
        'for example with npx swagger2openapi',
    )
  }
  const version = root['openapi']
  // Without quotes, YAML reads 3.0 as the number 3.
  if (!/^3(\.[012](\.\d+.*)?)?$/.test(String(version))) {
    const got = version === undefined ? "has no key 'openapi'" : `has openapi: ${JSON.stringify(version)}`
    throw new DocumentError(`${got}, wanted 3.0, 3.1 or 3.2`)
  }
  if (!isMap(root['paths'])) throw new DocumentError("has no 'paths', and so no operation to send")
  refuseCircle(root)
  return root
}

/** Only YAML can write a value that contains itself, and no request can use one. */
function refuseCircle(root: Json): void {
  try {
    JSON.stringify(root)
  } catch {
    throw new DocumentError(
      'has an anchor that contains itself, which OpenAPI does not allow; write a $ref instead',
    )
  }
}

function readText(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8')
  } catch (error) {
    throw new DocumentError(`cannot be read (${(error as Error).message})`)
  }
}

function parse(text: string): unknown {
  try {
    // YAML includes JSON, but a YAML parser needs far longer for it.
    return text.trimStart().startsWith('{') ? parseJson(text) : readYaml(text)
  } catch (error) {
    throw new DocumentError(`is neither JSON nor YAML: ${(error as Error).message}`)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return readYaml(text)
  }
}
