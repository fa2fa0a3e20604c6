import { isMap } from '../config/kinds.ts'
import type { Json } from './document.ts'
import type { Resolve } from './references.ts'

/**
 * The first example of a Parameter Object: its own (OpenAPI 3.1 §4.8.12), else that of its media type, else
 * that of its schema. Undefined without any; null does not count.
 */
export function exampleOf(parameter: Json, resolve: Resolve): unknown {
  const own = ownExample(parameter, resolve)
  if (own !== undefined) return own
  const media = mediaTypeOf(parameter)
  if (!media) return exampleOfSchema(parameter['schema'], resolve)
  return ownExample(media, resolve) ?? exampleOfSchema(media['schema'], resolve)
}

/** The media type of a parameter with `content`; undefined for one with a schema. */
export function mediaTypeOf({ content }: Json): Json | undefined {
  const [media] = isMap(content) ? Object.values(content) : []
  return isMap(media) ? media : undefined
}

function ownExample({ example, examples }: Json, resolve: Resolve): unknown {
  const objects = isMap(examples) ? Object.values(examples).map(resolve).filter(isMap) : []
  // OpenAPI 3.2 uses `dataValue`.
  return firstValue([example, ...objects.flatMap(({ value, dataValue }) => [value, dataValue])])
}

/**
 * JSON Schema has lists of examples (2020-12 §9.5). Among alternatives, the first one with an example is
 * used.
 */
function exampleOfSchema(schema: unknown, resolve: Resolve, above: readonly unknown[] = []): unknown {
  // A schema may contain itself.
  if (!isMap(schema) || above.includes(schema)) return undefined
  const { example, examples, default: fallback, const: only, enum: all } = schema
  const own = firstValue([example, ...listOf(examples), fallback, only, ...listOf(all)])
  if (own !== undefined) return own
  const below = (part: unknown): unknown => exampleOfSchema(part, resolve, [...above, schema])
  if (schema['$ref'] !== undefined) return below(resolve(schema))
  const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((key) => listOf(schema[key]))
  for (const part of parts) {
    const found = below(part)
    if (found !== undefined) return found
  }
  const item = below(schema['items'])
  return item === undefined ? undefined : [item]
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

const firstValue = (values: readonly unknown[]): unknown =>
  values.find((value) => value !== undefined && value !== null)
