import type { OpenApiFacts } from '../../load/openapi-facts.ts'
import type { PlainRequest } from '../../load/plain-request.ts'
import { appliedBytes } from '../../rollout/drivers/kubernetes/applied-bytes.ts'
import { isMap } from '../config/kinds.ts'
import { basePathOf } from './base-path.ts'
import type { Json } from './document.ts'
import { fillParameters, NotSent } from './parameters.ts'
import { createResolve } from './references.ts'
import { missingSecurity, type SecurityPorts } from './security.ts'
import { fillPath, isOtherPath, namesIn } from './serialize.ts'
import { documentedSuccesses, isEventStream } from './statuses.ts'

/**
 * The ConfigMap of a rollout's agent contains the agent, and the requests once for each of four lanes.
 * Everything has to fit into the annotation of 256 KiB in which `kubectl apply` stores an object.
 */
const MAX_KIB = 32

/** The methods of a Path Item Object (OpenAPI 3.2 §4.9). */
const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'query']

/** Safe methods (RFC 9110 §9.2.1) that request a resource. */
const safeMethods: readonly string[] = ['get', 'head']

/** What the user adds to the document. */
export interface OperationOptions {
  /** Names of the user's header fields, in lower case. */
  readonly headerNames: ReadonlySet<string>
  /** Replaces the document's base path. Without a trailing slash. */
  readonly basePath?: string | undefined
}

/** The operations of a document: those that can be sent, and the reason for each one that cannot. */
export interface Operations {
  readonly requests: readonly PlainRequest[]
  readonly notSent: OpenApiFacts['notSent']
}

/**
 * The safe operations of a document whose required parameters have examples, as requests.
 * @throws DocumentError for a reference or a server that cannot be used
 */
export function operationsOf(root: Json, options: OperationOptions): Operations {
  const requests: PlainRequest[] = []
  const notSent: OpenApiFacts['notSent'][number][] = []
  const ports: Ports = { ...options, root, resolve: createResolve(root) }
  let bytes = 0
  for (const found of operationsIn(ports)) {
    const unsafe = !safeMethods.includes(found.method)
    try {
      const request = toRequest(found, ports)
      // The object contains it as JSON in a string.
      bytes += appliedBytes(JSON.stringify(request))
      if (bytes > MAX_KIB * 1024) throw new NotSent(`it is beyond the first ${MAX_KIB} KiB of requests`)
      requests.push(request)
    } catch (error) {
      if (!(error instanceof NotSent)) throw error
      notSent.push({ operation: nameOf(found), reason: error.message, unsafe })
    }
  }
  return { requests, notSent }
}

interface Ports extends SecurityPorts, OperationOptions {}

interface FoundOperation {
  readonly method: string
  readonly template: string
  readonly item: Json
  readonly operation: Json
}

function nameOf({ method, template }: FoundOperation): string {
  return `${method.toUpperCase()} ${template}`
}

function operationsIn({ root, resolve }: Ports): readonly FoundOperation[] {
  const paths = root['paths'] as Json
  // Other keys are extensions (§4.8.8).
  return Object.entries(paths)
    .filter(([template]) => template.startsWith('/'))
    .flatMap(([template, value]) => {
      const item = resolve(value)
      if (!isMap(item)) return []
      return methods.flatMap((method): readonly FoundOperation[] => {
        const operation = item[method]
        return isMap(operation) ? [{ method, template, item, operation }] : []
      })
    })
}

function toRequest(found: FoundOperation, ports: Ports): PlainRequest {
  const { method, template, item, operation } = found
  if (!safeMethods.includes(method)) throw new NotSent('it is not GET or HEAD')
  const body = ports.resolve(operation['requestBody'])
  if (isMap(body) && body['required'] === true) throw new NotSent('it needs a body')
  const insecure = missingSecurity(operation, ports)
  if (insecure !== undefined) throw new NotSent(insecure)
  const expectStatus = documentedSuccesses(operation['responses'])
  if (expectStatus.length === 0) throw new NotSent('it documents no 2xx answer')
  if (isEventStream(operation['responses'], ports.resolve))
    throw new NotSent('it answers with an event stream')
  const namesInPath = namesIn(template)
  const { path: values, query, headers } = fillParameters([item, operation], { ...ports, namesInPath })
  const unknown = namesInPath.find((name) => !values.has(name))
  if (unknown !== undefined) throw new NotSent(`the path parameter '${unknown}' is not described`)
  const base = ports.basePath ?? basePathOf([operation, item, ports.root])
  const path = fillPath(base, template, values)
  if (isOtherPath(path)) throw new NotSent(`its path would be ${path}`)
  return {
    method: method.toUpperCase(),
    path: query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`,
    expectStatus,
    ...(Object.keys(headers).length > 0 && { headers }),
    operation: nameOf(found),
  }
}
