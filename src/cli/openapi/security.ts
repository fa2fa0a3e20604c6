import { isMap } from '../config/kinds.ts'
import type { Json } from './document.ts'
import type { Resolve } from './references.ts'

/** What decides whether security is satisfied. */
export interface SecurityPorts {
  readonly root: Json
  readonly resolve: Resolve
  /** Names of the user's header fields, in lower case. */
  readonly headerNames: ReadonlySet<string>
}

/**
 * Why the Security Requirement Objects (OpenAPI 3.1 §4.8.30) forbid sending an operation. Each object is an
 * alternative, and needs all its schemes. Undefined when one alternative is satisfied or none is required.
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

/** The header field that satisfies a Security Scheme Object (§4.8.27). */
function fieldOf({ type, in: place, name }: Json): string | undefined {
  if (['http', 'oauth2', 'openIdConnect'].includes(String(type))) return 'Authorization'
  if (type !== 'apiKey') return undefined
  if (place === 'cookie') return 'Cookie'
  return place === 'header' ? String(name) : undefined
}
