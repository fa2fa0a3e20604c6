import { isMap } from '../config/kinds.ts'
import type { Json } from './document.ts'
import type { Resolve } from './references.ts'

/** What security is judged by. */
export interface SecurityPorts {
  readonly root: Json
  readonly resolve: Resolve
  /** Names of the header fields that the user gives, in lower case. */
  readonly headerNames: ReadonlySet<string>
}

/**
 * Why an operation may not be sent as its Security Requirement Objects (OpenAPI 3.1 §4.8.30) stand: each is
 * an alternative, and all schemes of it are needed. Undefined when one of them is met, or none is asked for.
 */
export function missingSecurity(operation: Json, ports: SecurityPorts): string | undefined {
  const wanted = operation['security'] ?? ports.root['security']
  const alternatives = Array.isArray(wanted) ? (wanted as unknown[]).filter(isMap) : []
  const missing = alternatives.map((schemes) =>
    Object.keys(schemes).flatMap((name) => missingOf(name, ports) ?? []),
  )
  return missing.some((parts) => parts.length === 0) ? undefined : missing[0]?.join(' and ')
}

function missingOf(name: string, { root, resolve, headerNames }: SecurityPorts): string | undefined {
  const { securitySchemes } = isMap(root['components']) ? root['components'] : ({} as Json)
  const scheme = resolve(isMap(securitySchemes) ? securitySchemes[name] : undefined)
  const field = isMap(scheme) ? fieldOf(scheme) : undefined
  if (field === undefined) return `it needs the security scheme '${name}', which no header field can meet`
  if (headerNames.has(field.toLowerCase())) return undefined
  return `it needs the security scheme '${name}'; pass --header '${field}: …'`
}

/** The header field that a Security Scheme Object (§4.8.27) is met by. */
function fieldOf({ type, in: place, name }: Json): string | undefined {
  if (['http', 'oauth2', 'openIdConnect'].includes(String(type))) return 'Authorization'
  if (type !== 'apiKey') return undefined
  if (place === 'cookie') return 'Cookie'
  return place === 'header' ? String(name) : undefined
}
