const MAX_LENGTH = 80

const shortened = (text: string): string =>
  text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text

/**
 * A value and its type as messages show them, on one short line. Never throws: what is refused may be circular, have no prototype, or be a whole
 * application (a Fastify instance is a plain object to JSON).
 */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value)}' (string)`
  if (typeof value === 'function') return `${value.name || 'anonymous'} (function)`
  if (typeof value === 'object' && value !== null) return `${shortened(objectText(value))} (object)`
  return `${String(value)} (${typeof value})`
}

function objectText(value: object): string {
  try {
    return JSON.stringify(value) ?? '{}'
  } catch {
    return Array.isArray(value) ? '[...]' : '{...}'
  }
}
