import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import type { ApiAccess } from './access.ts'
import { ApiError, toApiError } from './api-error.ts'

/** After this much silence of the API server an answer counts as lost. Milliseconds. */
export const SILENCE_MS = 30_000

/** One request to the API server. */
interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path with query. */
  readonly path: string
  readonly body?: object
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Requests to one API server. Objects are plain JSON, because typed clients drop fields of newer versions.
 */
export interface ApiClient {
  readonly server: string
  /** Rejects with {@link ApiError}, like all methods here. */
  get<T>(path: string, signal?: AbortSignal): Promise<T>
  create<T>(path: string, body: object): Promise<T>
  /** The default is a strategic merge patch, as in kubectl. */
  patch<T>(path: string, body: object, type?: 'strategic-merge' | 'merge' | 'json'): Promise<T>
  /** The garbage collector deletes the dependents. With preconditions, only a matching object is deleted. */
  delete(path: string, preconditions?: { readonly uid: string }): Promise<void>
  /**
   * The whole lines of an answer that goes on: a watch, a log. Ends with the answer, or when the signal is
   * aborted; throws {@link ApiError} when it breaks or is silent for {@link SILENCE_MS}.
   * @param onOpen called when the answer begins
   */
  lines(path: string, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<string, void, undefined>
}

/** @param silenceMs how long the server may say nothing, in milliseconds */
export function createApiClient(access: ApiAccess, silenceMs: number = SILENCE_MS): ApiClient {
  const send = (request: ApiRequest): Promise<IncomingMessage> => sendOnce(access, request, silenceMs)
  const json = async <T>(request: ApiRequest): Promise<T> => {
    const body = await readAll(await send(request))
    return JSON.parse(body) as T
  }
  return {
    server: access.server,
    get: (path, signal) => json({ method: 'GET', path, signal }),
    create: (path, body) => json({ method: 'POST', path, body }),
    patch: (path, body, type = 'strategic-merge') =>
      json({ method: 'PATCH', path, body, contentType: `application/${type}-patch+json` }),
    async delete(path, preconditions) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(preconditions && { preconditions }),
      }
      await readAll(await send({ method: 'DELETE', path, body }))
    },
    async *lines(path, signal, onOpen) {
      const response = await send({ method: 'GET', path, signal })
      onOpen?.()
      try {
        yield* linesOf(response)
      } catch (error) {
        if (!signal.aborted) throw lostAnswer(error)
      } finally {
        response.destroy()
      }
    },
  }
}

async function sendOnce(access: ApiAccess, request: ApiRequest, silenceMs: number): Promise<IncomingMessage> {
  const { method, path, body, signal } = request
  const options = await access.authorize()
  const url = new URL(path, access.server)
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...options.headers,
    accept: 'application/json',
    'user-agent': 'lastcall',
    ...(payload !== undefined && {
      'content-type': request.contentType ?? 'application/json',
      'content-length': Buffer.byteLength(payload),
    }),
  }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest
  const outgoing = open(url, { ...options, method, headers, ...(signal && { signal }) }, resolve)
  outgoing.on('error', reject)
  let answer: IncomingMessage | undefined
  outgoing.on('response', (response) => (answer = response))
  outgoing.setTimeout(silenceMs, () => {
    const silence = Object.assign(new Error(`silent for ${silenceMs / 1_000} s`), { code: 'SILENCE' })
    ;(answer ?? outgoing).destroy(silence)
  })
  outgoing.end(payload)
  const response = await promise.catch((error: unknown) => {
    throw lostAnswer(error)
  })
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) throw toApiError(status, await readAll(response))
  return response
}

async function readAll(response: IncomingMessage): Promise<string> {
  try {
    return await text(response)
  } catch (error) {
    throw lostAnswer(error)
  }
}

/** Drops an incomplete last line: it comes again in full when the reader resumes. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

function lostAnswer(error: unknown): ApiError {
  const { code, message } = error as NodeJS.ErrnoException
  return new ApiError(0, code ?? 'NO_ANSWER', message, error)
}
