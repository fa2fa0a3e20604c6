const MAX_LENGTH = 80

const shortened = (text: string): string =>
  text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text

/**
 * A value and its type as messages show them, on one short line. Never throws: what is refused may be
 * circular, have no prototype, be a revoked proxy, or a whole application (a Fastify instance is a plain
 * object to JSON).
 */
export function describe(value: unknown): string {
  const text = typeof value === 'string' ? `'${shortened(value)}'` : shortened(textOf(value))
  return `${text.replace(/[\r\n]+/g, ' ')} (${typeof value})`
}

function textOf(value: unknown): string {
  try {
    if (typeof value === 'function') return String(value.name) || 'anonymous'
    return typeof value === 'object' && value !== null ? objectText(value) : String(value)
  } catch {
    return typeof value === 'function' ? 'anonymous' : '{...}'
  }
}

function objectText(value: object): string {
  try {
    return JSON.stringify(value) ?? '{}'
  } catch {
    return Array.isArray(value) ? '[...]' : '{...}'
  }
}
