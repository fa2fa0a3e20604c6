import { isMap } from '../config/kinds.ts'
import { DocumentError } from './document-error.ts'
import type { Json } from './document.ts'

/**
 * The base path of an operation: the path of the first server (OpenAPI 3.1 §4.8.5) of the operation, of its
 * path, or of the document, without a trailing slash. The server's host is ignored.
 * @throws DocumentError for a server that is not a URL, or that has a variable without a default
 */
export function basePathOf(levels: readonly Json[]): string {
  const lists = levels.map(({ servers }) => servers).filter((servers) => servers !== undefined)
  const [server] = Array.isArray(lists[0]) ? (lists[0] as unknown[]) : []
  if (!isMap(server)) return ''
  const url = fillVariables(String(server['url']), server['variables'])
  // A relative URL is relative to the document, whose own URL is not known.
  if (!URL.canParse(url, 'http://localhost/')) {
    throw new DocumentError(`has the server '${url}', which is not a URL`)
  }
  return new URL(url, 'http://localhost/').pathname.replace(/\/+$/, '')
}

function fillVariables(url: string, variables: unknown): string {
  return url.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const variable = isMap(variables) ? variables[name] : undefined
    const fallback = isMap(variable) ? variable['default'] : undefined
    if (fallback !== undefined) return String(fallback as string | number)
    throw new DocumentError(`has the server '${url}', whose variable '${name}' has no default`)
  })
}
