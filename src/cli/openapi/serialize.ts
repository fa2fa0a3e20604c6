import { isMap } from '../config/kinds.ts'

/** A path or query parameter with its value. */
export interface ParameterValue {
  readonly name: string
  /** Text, a number, true or false, or a list or map of these. */
  readonly value: unknown
  /** Whether each member of a list or map is written separately. */
  readonly explode: boolean
}

/**
 * Percent-encodes everything but the unreserved characters (RFC 3986 §2.3), like the expansion of a template
 * (RFC 6570 §3.2.2).
 */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * Writes a value in the style `simple` of paths and header fields (OpenAPI 3.1 §4.8.12.3). In a path,
 * `encoded` is {@link encode}.
 */
export function simple(
  { value, explode }: Omit<ParameterValue, 'name'>,
  encoded: (text: string) => string,
): string {
  if (Array.isArray(value))
    return members(value as unknown[])
      .map(encoded)
      .join(',')
  if (!isMap(value)) return encoded(textOf(value))
  const joint = explode ? '=' : ','
  return entries(value)
    .map(([key, text]) => `${encoded(key)}${joint}${encoded(text)}`)
    .join(',')
}

/** Writes a value in the style `form` of queries: `a=1&a=2`. Empty for an empty list. */
export function form({ name, value, explode }: ParameterValue): string {
  const pair = (key: string, text: string): string => `${encode(key)}=${text}`
  if (explode && Array.isArray(value)) {
    return members(value as unknown[])
      .map((text) => pair(name, encode(text)))
      .join('&')
  }
  if (explode && isMap(value)) {
    return entries(value)
      .map(([key, text]) => pair(key, encode(text)))
      .join('&')
  }
  const text = simple({ value, explode: false }, encode)
  return text === '' && typeof value === 'object' ? '' : pair(name, text)
}

/**
 * Fills a path template below a base path without a trailing slash. Percent-encodes characters of the
 * template that a path may not contain, such as a space.
 * @param values already encoded, by the names in the template
 */
export function fillPath(base: string, template: string, values: ReadonlyMap<string, string>): string {
  const parts = template.split(/\{([^{}]*)\}/)
  return base + parts.map((part, index) => (index % 2 ? (values.get(part) ?? '') : literal(part))).join('')
}

/** The names in a template. */
export function namesIn(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
}

/**
 * Whether a server would read the path as another one, because of empty or dot segments (RFC 3986 §5.2.4).
 */
export function isOtherPath(path: string): boolean {
  return path.slice(1).split('/').slice(0, -1).includes('') || /\/\.{1,2}(\/|$)/.test(path)
}

/** Keeps parts that are already percent-encoded. */
function literal(part: string): string {
  return encodeURI(part.toWellFormed())
    .replaceAll(/%25([0-9a-f]{2})/gi, '%$1')
    .replaceAll('#', '%23')
}

function members(list: readonly unknown[]): readonly string[] {
  return list.filter((member) => member !== null && member !== undefined).map(textOf)
}

function entries(map: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(map)
    .filter(([, member]) => member !== null && member !== undefined)
    .map(([key, member]) => [key, textOf(member)])
}

/** OpenAPI does not define nested lists. Most servers read JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
