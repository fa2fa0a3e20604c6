import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { ApiAccess } from '../../src/rollout/drivers/kubernetes/api/access.ts'

type FakeObject = { metadata: Record<string, unknown> & { name: string } } & Record<string, unknown>

/** A test, or a file of tests: what is started for it ends with it. */
export interface Scope {
  after(end: () => void): void
}

interface Change {
  readonly version: number
  readonly list: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: FakeObject
}

/** A request that has come, for tests that look at what was sent. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly contentType: string | undefined
  readonly body: unknown
}

/** What happens to the next watches, one entry for each. */
type WatchFate = 'gone' | 'broken' | 'silent'

/**
 * An API server in this process: lists, watches, logs and access reviews, and everything that can go wrong
 * with them.
 */
export class FakeApiServer {
  readonly requests: SeenRequest[] = []
  /** `verb resource` that access reviews deny. */
  readonly denied = new Set<string>()
  /** What the next watches meet, in their order. */
  readonly watchFates: WatchFate[] = []
  /** Answers instead of the store, where it returns one. */
  intercept: (request: SeenRequest, response: ServerResponse) => boolean = () => false
  readonly #objects = new Map<string, Map<string, FakeObject>>()
  readonly #changes: Change[] = []
  readonly #watchers = new Set<() => void>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #version = 100

  async start(t: Scope): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    t.after(() => {
      this.#server.closeAllConnections()
      this.#server.close()
    })
    return this
  }

  get access(): ApiAccess {
    const { port } = this.#server.address() as AddressInfo
    return { server: `http://127.0.0.1:${port}`, authorize: () => Promise.resolve({}) }
  }

  /** Cuts every connection, as a restart of the server does. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  /** Adds or replaces an object of a list. */
  put(list: string, object: FakeObject): FakeObject {
    const objects = this.#objects.get(list) ?? new Map<string, FakeObject>()
    this.#objects.set(list, objects)
    const before = objects.get(object.metadata.name)
    const metadata = {
      uid: before?.metadata['uid'] ?? `uid-${object.metadata.name}-${this.#version}`,
      ...object.metadata,
      resourceVersion: String(this.#version + 1),
    }
    const stored = { ...object, metadata }
    objects.set(object.metadata.name, stored)
    this.#change({ list, type: before ? 'MODIFIED' : 'ADDED', object: stored })
    return stored
  }

  remove(list: string, name: string): void {
    const object = this.#objects.get(list)?.get(name)
    if (!object) return
    this.#objects.get(list)?.delete(name)
    const metadata = { ...object.metadata, resourceVersion: String(this.#version + 1) }
    this.#change({ list, type: 'DELETED', object: { ...object, metadata } })
  }

  object(list: string, name: string): FakeObject | undefined {
    return this.#objects.get(list)?.get(name)
  }

  /** Every object that is there, as `list name`. */
  names(): readonly string[] {
    return [...this.#objects].flatMap(([list, objects]) =>
      [...objects.keys()].map((name) => `${list} ${name}`),
    )
  }

  #change(change: Omit<Change, 'version'>): void {
    this.#changes.push({ ...change, version: ++this.#version })
    for (const wake of this.#watchers) wake()
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://fake')
    const body = incoming.method === 'GET' ? undefined : await json(incoming)
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      contentType: incoming.headers['content-type'],
      body,
    }
    this.requests.push(request)
    if (this.intercept(request, response)) return
    if (request.path.endsWith('/selfsubjectaccessreviews')) return this.#review(request, response)
    if (request.query.get('watch') === '1') return this.#watch(request, response)
    if (request.method === 'POST') return this.#create(request, response)
    this.#single(request, response)
  }

  #review({ body }: SeenRequest, response: ServerResponse): void {
    const { spec } = body as { spec: { resourceAttributes: Record<string, string> } }
    const { verb, resource } = spec.resourceAttributes
    send(response, 201, { status: { allowed: !this.denied.has(`${verb} ${resource}`) } })
  }

  #create({ path, body }: SeenRequest, response: ServerResponse): void {
    const created = this.put(path, body as FakeObject)
    send(response, 201, created)
  }

  #single({ method, path, query, body }: SeenRequest, response: ServerResponse): void {
    const [list, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)]
    const object = this.object(list, name)
    if (object === undefined) {
      const items = [...(this.#objects.get(path)?.values() ?? [])].filter((one) => isSelected(one, query))
      if (method === 'GET' && path.endsWith('s') && !this.#objects.has(list)) {
        return send(response, 200, { metadata: { resourceVersion: String(this.#version) }, items })
      }
      return send(response, 404, { reason: 'NotFound', message: `${path} not found`, code: 404 })
    }
    if (method === 'PATCH') return send(response, 200, this.put(list, merge(object, body) as FakeObject))
    if (method === 'DELETE') this.remove(list, name)
    send(response, 200, object)
  }

  #watch({ path, query }: SeenRequest, response: ServerResponse): void {
    const fate = this.watchFates.shift()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    if (fate === 'gone')
      return void response.end(line('ERROR', { code: 410, reason: 'Expired', message: 'too old' }))
    if (fate === 'broken') return void response.write('{"type":"ADD', () => response.destroy())
    if (fate === 'silent') return
    let from = Number(query.get('resourceVersion'))
    const flush = (): void => {
      for (const { version, list, type, object } of this.#changes) {
        if (version <= from || list !== path || !isSelected(object, query)) continue
        response.write(line(type, object))
      }
      from = this.#version
    }
    this.#watchers.add(flush)
    response.on('close', () => this.#watchers.delete(flush))
    flush()
  }
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`
}

/** Answers with JSON. */
export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function isSelected({ metadata }: FakeObject, query: URLSearchParams): boolean {
  const labels = (metadata['labels'] ?? {}) as Record<string, string>
  const selector = query.get('labelSelector') ?? ''
  const wanted = selector === '' ? [] : selector.split(',').map((part) => part.split('='))
  const field = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '')
  return wanted.every(([key = '', value]) => labels[key] === value) && (!field || field[1] === metadata.name)
}

function merge(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base = (typeof before === 'object' && before !== null ? before : {}) as Record<string, unknown>
  const changed = Object.entries(patch).map(([key, value]) => [key, merge(base[key], value)] as const)
  return { ...base, ...Object.fromEntries(changed) }
}
