import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AgentJob, AgentLine } from '../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { runAgent } from '../../src/rollout/drivers/kubernetes/agent/run-agent.ts'
import type { ApiAccess } from '../../src/rollout/drivers/kubernetes/api/access.ts'
import { FakeApiServer, type Scope, send } from './fake-api-server.ts'
import { FakeController } from './fake-controller.ts'
import { FakeLog } from './fake-log.ts'
import { paths } from './kubernetes-objects.ts'

type Stored = Parameters<FakeApiServer['put']>[1]

/**
 * A cluster in this process: the Job controller runs the real agent as its pod, the Deployment controller
 * replaces pods that all are the one HTTP server behind the Service.
 */
export class FakeCluster {
  readonly server = new FakeApiServer()
  /** Makes the pods of the Deployment `shop`. */
  readonly controller = new FakeController(this.server)
  /** What the container of the agent is before it runs; undefined: nothing, it runs at once. */
  waiting: { readonly reason: string; readonly message: string } | undefined
  /** How far the clock of agents is ahead of this process's. Milliseconds. */
  agentAheadMs = 0
  readonly #agents = new Map<string, { readonly ending: AbortController; readonly log: FakeLog }>()
  #counted = 0

  async start(t: Scope): Promise<this> {
    await this.server.start(t)
    const shop = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://shop')
      if (url.pathname === '/no-such-route') return response.writeHead(404).end()
      if (url.pathname === '/broken') return response.writeHead(500).end()
      setTimeout(() => response.end('ok'), Number(url.searchParams.get('ms') ?? 0))
    })
    shop.listen(0, '127.0.0.1')
    await once(shop, 'listening')
    t.after(() => {
      for (const { ending } of this.#agents.values()) ending.abort()
      shop.closeAllConnections()
      shop.close()
    })
    this.controller.start((shop.address() as AddressInfo).port)
    this.server.intercept = (request, response) => {
      if (request.path.endsWith('/log')) return this.#follow(request.path, request.query, response)
      if (request.method === 'DELETE' && request.path.startsWith(`${paths.jobs}/`)) {
        this.#endJob(request.path.slice(paths.jobs.length + 1))
      }
      if (
        request.method === 'PATCH' &&
        request.path.startsWith(`${paths.jobs}/`) &&
        startsPods(request.body)
      ) {
        this.#runJob(request.path.slice(paths.jobs.length + 1))
      }
      return this.controller.take(request, response)
    }
    return this
  }

  /** Objects of agents that are there. */
  leftovers(): readonly string[] {
    return this.server.names().filter((name) => name.includes('lastcall-'))
  }

  /** Ends an agent as the out-of-memory killer does. */
  killAgent(): void {
    for (const [name, { log }] of this.#agents) {
      log.close()
      this.#putAgentPod(name, { terminated: { exitCode: 137, reason: 'OOMKilled' } })
    }
  }

  /** Whether an agent that is there has said a line of this type. */
  said(type: string): boolean {
    return [...this.#agents.values()].some(({ log }) => log.has(`"type":"${type}"`))
  }

  /** Requests that agents have counted. */
  get requests(): number {
    return this.#counted
  }

  /** Breaks every log that is followed. */
  breakLogs(): void {
    for (const { log } of this.#agents.values()) log.break()
  }

  #put(list: string, object: object): void {
    this.server.put(list, object as Stored)
  }

  #runJob(name: string): void {
    if (this.waiting) return this.#putAgentPod(name, { waiting: this.waiting })
    const { data } = this.server.object(paths.configMaps, name) as unknown as { data: Record<string, string> }
    const ending = new AbortController()
    const log = new FakeLog()
    this.#agents.set(name, { ending, log })
    this.#putAgentPod(name, { running: {} })
    void this.#runAgent(name, JSON.parse(data['job.json'] ?? '') as AgentJob, { ending, log })
  }

  async #runAgent(
    name: string,
    job: AgentJob,
    { ending, log }: { readonly ending: AbortController; readonly log: FakeLog },
  ): Promise<void> {
    const exitCode = await runAgent(job, {
      access: this.#hasToken(name) ? this.server.access : noAccess,
      write: (text) => {
        this.#counted += requestsIn(text)
        log.write(this.agentAheadMs === 0 ? text : later(text, this.agentAheadMs))
      },
      signal: ending.signal,
    })
    log.close()
    this.#agents.delete(name)
    if (ending.signal.aborted) this.server.remove(paths.pods, `${name}-pod`)
    else this.#putAgentPod(name, { terminated: { exitCode } })
  }

  /** As the kubelet mounts one. */
  #hasToken(name: string): boolean {
    const { spec } = this.server.object(paths.jobs, name) as unknown as {
      spec: { template: { spec: { automountServiceAccountToken: boolean } } }
    }
    return spec.template.spec.automountServiceAccountToken
  }

  #putAgentPod(name: string, state: object): void {
    this.#put(paths.pods, {
      metadata: { name: `${name}-pod`, labels: { 'lastcall.dev/run': name } },
      spec: { containers: [{ name: 'agent' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'agent', state }] },
    })
  }

  /** As the garbage collector: everything that the Job owns goes with it, and its pod gets SIGTERM. */
  #endJob(name: string): void {
    for (const entry of this.server.names()) {
      const [list = '', object = ''] = entry.split(' ')
      if (object === name && list !== paths.jobs) this.server.remove(list, object)
    }
    const agent = this.#agents.get(name)
    if (agent) agent.ending.abort()
    else this.server.remove(paths.pods, `${name}-pod`)
  }

  #follow(path: string, query: URLSearchParams, response: ServerResponse): boolean {
    const name = /\/pods\/(.*)-pod\/log$/.exec(path)?.[1] ?? ''
    const agent = this.#agents.get(name)
    if (agent) agent.log.follow(response, query.get('sinceTime'))
    else send(response, 404, { code: 404, reason: 'NotFound', message: 'the pod is gone' })
    return true
  }
}

const noAccess: ApiAccess = {
  server: 'http://127.0.0.1:9',
  authorize: () => Promise.reject(new Error('a pod without a token has asked the API server')),
}

function later(line: string, ms: number): string {
  const message = JSON.parse(line) as AgentLine
  return `${JSON.stringify({ ...message, at: message.at + ms })}\n`
}

function startsPods(patch: unknown): boolean {
  return (patch as { spec?: { parallelism?: number } }).spec?.parallelism === 1
}

function requestsIn(line: string): number {
  const message = JSON.parse(line) as AgentLine
  if (message.type !== 'load') return 0
  return message.part.lanes.flatMap(({ slots }) => slots).reduce((sum, { requests }) => sum + requests, 0)
}
