/** An object of a manifest, as JSON has it. */
export type PlainObject = Record<string, unknown>

/** The keys and indexes that lead from the top of a document to a value. */
export type Path = readonly (string | number)[]

/** Whether a value is an object with keys. */
export function isObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A copy in which aliases share nothing: changing one place changes no other. */
export function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value ?? null)) as Value
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as PlainObject)[step]
  }
  return found
}

/** A value as text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
