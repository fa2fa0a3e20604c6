import { laneNames } from '../../load/lanes/index.ts'
import { methods } from '../request-flags.ts'

/** A JSON type, with a separate type for whole numbers. */
type JsonType = 'boolean' | 'integer' | 'string' | 'array' | 'object'

/** What a key of the file accepts as its value. */
export interface ValueKind {
  readonly types: readonly JsonType[]
  /** For people. */
  readonly wanted: string
  /** Whether a value of the right type is valid. By default every value is. */
  readonly accepts?: (value: unknown) => boolean
  /** What JSON Schema says beyond the types. */
  readonly schema: object
  /** The value as the command line would pass it. */
  toRaw(value: unknown): unknown
}

const isPlain = (value: unknown): boolean => ['string', 'number'].includes(typeof value)
const isPlainList = (value: unknown): boolean => !Array.isArray(value) || value.every(isPlain)
const listItems = { items: { type: ['string', 'integer'] } }
const toList = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join(',') : String(value as string | number)

/** A flag without a value. */
const booleanKind: ValueKind = {
  types: ['boolean'],
  wanted: 'true or false',
  schema: {},
  toRaw: (value) => value,
}

const textKind: ValueKind = {
  types: ['string'],
  wanted: 'text; numbers and true need quotes',
  schema: {},
  toRaw: (value) => value,
}

/** Names and values as a map. */
const headersKind: ValueKind = {
  types: ['object'],
  wanted: 'names and values',
  accepts: (value) => Object.values(value as object).every(isPlain),
  schema: { additionalProperties: { type: ['string', 'number'] } },
  toRaw: (value) =>
    Object.entries(value as object).map(([name, text]) => `${name}: ${String(text as string | number)}`),
}

/** Kinds by the flags' placeholders. Any other placeholder means text. */
const kinds: Readonly<Record<string, ValueKind>> = {
  n: { types: ['integer'], wanted: 'a whole number', schema: { minimum: 1 }, toRaw: String },
  port: { types: ['integer', 'string'], wanted: 'a port', schema: {}, toRaw: String },
  duration: {
    types: ['string', 'integer'],
    wanted: 'a duration such as 500ms, 5s or 2m',
    schema: { pattern: '^(0|\\d+(\\.\\d+)?(ms|s|m|h))$', minimum: 0, maximum: 0 },
    toRaw: String,
  },
  names: {
    types: ['string', 'array'],
    wanted: 'names of lanes, or all',
    accepts: isPlainList,
    schema: { items: { enum: laneNames } },
    toRaw: toList,
  },
  statuses: {
    types: ['string', 'integer', 'array'],
    wanted: 'statuses such as 2xx or 404',
    accepts: isPlainList,
    schema: listItems,
    toRaw: toList,
  },
  failures: {
    types: ['string', 'integer', 'array'],
    wanted: 'budgets such as slow=0.1% or 3',
    accepts: isPlainList,
    schema: listItems,
    toRaw: (value) => (Array.isArray(value) ? value : [value]).map(String),
  },
  method: {
    types: ['string'],
    wanted: `one of ${methods.join(', ')}`,
    schema: { enum: methods },
    toRaw: (value) => value,
  },
  text: {
    types: ['string', 'object', 'array'],
    wanted: 'text, or what is to be sent as JSON',
    schema: {},
    toRaw: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  },
  field: headersKind,
}

/** The kind of a flag's value: `<n>` in `--rate <n>`. */
export function kindOf(flags: string): ValueKind {
  const [, placeholder] = /<(\w+)>/.exec(flags) ?? []
  return placeholder === undefined ? booleanKind : (kinds[placeholder] ?? textKind)
}

/** Whether a value of the file has this kind. */
export function isOfKind(value: unknown, { types, accepts = () => true }: ValueKind): boolean {
  return types.some((type) => isOfType(value, type)) && accepts(value)
}

function isOfType(value: unknown, type: JsonType): boolean {
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isMap(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
