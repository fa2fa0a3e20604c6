const MAX_LENGTH = 80

const shortened = (text: string): string =>
  text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text

/**
 * Shows a value and its type on one short line, for messages. Never throws: the value may be circular, have
 * no prototype, be a revoked proxy, or be a whole application (JSON takes a Fastify instance for a plain
 * object).
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
