import { isMap } from '../config/kinds.ts'
import { headerProblem } from '../request-flags.ts'
import type { Json } from './document.ts'
import { exampleOf, mediaTypeOf } from './examples.ts'
import type { Resolve } from './references.ts'
import { encode, form, simple } from './serialize.ts'

/** The required parameters of an operation, in the form that a request needs. */
export interface FilledParameters {
  /** Encoded values, by their names in the path. */
  readonly path: ReadonlyMap<string, string>
  /** Encoded, without a question mark. May be empty. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
}

/** Input for filling parameters. */
export interface ParameterPorts {
  readonly resolve: Resolve
  /** Names of the user's header fields, in lower case. */
  readonly headerNames: ReadonlySet<string>
  /** The names in the path template. Other path parameters are ignored. */
  readonly namesInPath: readonly string[]
}

/** Why an operation cannot be sent, as a sentence. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * OpenAPI says that parameters with these names "SHALL be ignored" in headers (3.1 §4.8.12.2). The document
 * describes them elsewhere.
 */
const ignoredFields: readonly string[] = ['accept', 'content-type', 'authorization']

/** The supported styles: the default style of each place (§4.8.12.2). */
const styles: Readonly<Record<string, string>> = { path: 'simple', header: 'simple', query: 'form' }

/**
 * Fills the required parameters of a path and its operation with their examples. The operation's own
 * parameters win (§4.8.10). Optional parameters are left out.
 * @throws NotSent when a parameter has no value that can be sent
 */
export function fillParameters(
  levels: readonly Json[],
  { resolve, headerNames, namesInPath }: ParameterPorts,
): FilledParameters {
  const all = levels.flatMap(({ parameters }) => (Array.isArray(parameters) ? (parameters as unknown[]) : []))
  const byName = new Map(
    all
      .map(resolve)
      .filter(isMap)
      .map((parameter) => [`${String(parameter['in'])} ${String(parameter['name'])}`, parameter]),
  )
  const path = new Map<string, string>()
  const query: string[] = []
  const headers: Record<string, string> = {}
  for (const parameter of byName.values()) {
    const name = String(parameter['name'])
    const place = String(parameter['in'])
    if (place === 'path' ? !namesInPath.includes(name) : parameter['required'] !== true) continue
    const field = place === 'cookie' ? 'cookie' : name.toLowerCase()
    if (place === 'header' && ignoredFields.includes(field)) continue
    if ((place === 'header' || place === 'cookie') && headerNames.has(field)) continue
    const value = valueOf(parameter, resolve)
    if (place === 'header') {
      headers[field] = fieldValue(field, simple(value, String))
      continue
    }
    const text = place === 'path' ? simple(value, encode) : form({ name, ...value })
    if (text === '') throw new NotSent(`the ${place} parameter '${name}' has an empty example`)
    if (place === 'path') path.set(name, text)
    else query.push(text)
  }
  return { path, query: query.join('&'), headers }
}

function valueOf(parameter: Json, resolve: Resolve): { readonly value: unknown; readonly explode: boolean } {
  const { in: place, style = styles[String(place)] } = parameter
  const about = `the ${String(place)} parameter '${String(parameter['name'])}'`
  if (place === 'cookie') throw new NotSent(`${about} is required; pass --header 'Cookie: …'`)
  // The load sets its own host for every request, which would win.
  if (place === 'header' && String(parameter['name']).toLowerCase() === 'host') {
    throw new NotSent(`${about} is required; pass --header 'Host: …'`)
  }
  const media = mediaTypeOf(parameter)
  if (style === undefined || (!media && style !== styles[String(place)])) {
    throw new NotSent(
      `${about} has ${style === undefined ? 'no known place' : `the style ${JSON.stringify(style)}`}`,
    )
  }
  const value = exampleOf(parameter, resolve)
  if (value === undefined) throw new NotSent(`${about} has no example; give it one`)
  if (isInexact(value)) {
    throw new NotSent(`${about} has as its example a number that cannot be kept exactly; write it in quotes`)
  }
  // A value with a media type is one text (§4.8.12.2.2). Nearly always the type is JSON.
  if (media) return { value: typeof value === 'string' ? value : JSON.stringify(value), explode: false }
  return { value, explode: (parameter['explode'] ?? style === 'form') === true }
}

/** Whether a number in the value has more digits than JavaScript keeps. It would then name another thing. */
function isInexact(value: unknown): boolean {
  if (typeof value === 'number') return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)
  return typeof value === 'object' && value !== null && Object.values(value).some(isInexact)
}

function fieldValue(field: string, text: string): string {
  const problem = headerProblem(field, text, {})
  if (problem === undefined) return text
  throw new NotSent(`the header parameter '${field}' cannot be sent: ${problem}`)
}
