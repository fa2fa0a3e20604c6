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

/** A pod of an agent that runs. */
interface FakeAgent {
  /** Name of its Job, and of the run. */
  readonly job: string
  readonly pod: string
  readonly index: number
  readonly ending: AbortController
  readonly log: FakeLog
}

/**
 * A cluster in this process: the Job controller runs the real agent as its pod, or its pods, the Deployment
 * controller replaces pods that all are the one HTTP server behind the Service.
 */
export class FakeCluster {
  readonly server = new FakeApiServer()
  /** Makes the pods of the Deployment `shop`. */
  readonly controller = new FakeController(this.server)
  /** What the container of the agent is before it runs; undefined: nothing, it runs at once. */
  waiting: { readonly reason: string; readonly message: string } | undefined
  /** How far the clock of agents is ahead of this process's. Milliseconds. */
  agentAheadMs = 0
  /** By the names of their pods. */
  readonly #agents = new Map<string, FakeAgent>()
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
        podsOf(request.body) > 0
      ) {
        this.#runJob(request.path.slice(paths.jobs.length + 1), podsOf(request.body))
      }
      return this.controller.take(request, response)
    }
    return this
  }

  /** Objects of agents that are there. */
  leftovers(): readonly string[] {
    return this.server.names().filter((name) => name.includes('lastcall-'))
  }

  /** Ends every pod of the agent as the out-of-memory killer does, or only the one with this index. */
  killAgent(index?: number): void {
    for (const agent of this.#agents.values()) {
      if (index !== undefined && agent.index !== index) continue
      agent.log.close()
      this.#putAgentPod(agent, { terminated: { exitCode: 137, reason: 'OOMKilled' } })
    }
  }

  /** Ends a pod of the agent as an eviction does: with SIGTERM. */
  evictAgent(index: number): void {
    for (const agent of this.#agents.values()) if (agent.index === index) agent.ending.abort()
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

  #runJob(job: string, pods: number): void {
    for (let index = 0; index < pods; index++) {
      const pod = pods === 1 ? `${job}-pod` : `${job}-${index}-pod`
      const agent = { job, pod, index, ending: new AbortController(), log: new FakeLog() }
      if (this.waiting) this.#putAgentPod(agent, { waiting: this.waiting })
      else this.#startAgent(agent)
    }
  }

  #startAgent(agent: FakeAgent): void {
    const { data } = this.server.object(paths.configMaps, agent.job) as unknown as {
      data: Record<string, string>
    }
    this.#agents.set(agent.pod, agent)
    this.#putAgentPod(agent, { running: {} })
    void this.#runAgent(agent, JSON.parse(data['job.json'] ?? '') as AgentJob)
  }

  async #runAgent(agent: FakeAgent, job: AgentJob): Promise<void> {
    const { pod, index, ending, log } = agent
    const exitCode = await runAgent(job, {
      access: this.#hasToken(agent.job) ? this.server.access : noAccess,
      index,
      write: (text) => {
        this.#counted += requestsIn(text)
        log.write(this.agentAheadMs === 0 ? text : later(text, this.agentAheadMs))
      },
      signal: ending.signal,
    })
    log.close()
    this.#agents.delete(pod)
    if (ending.signal.aborted) this.server.remove(paths.pods, pod)
    else this.#putAgentPod(agent, { terminated: { exitCode } })
  }

  /** As the kubelet mounts one. */
  #hasToken(name: string): boolean {
    const { spec } = this.server.object(paths.jobs, name) as unknown as {
      spec: { template: { spec: { automountServiceAccountToken: boolean } } }
    }
    return spec.template.spec.automountServiceAccountToken
  }

  #putAgentPod({ job, pod, index }: FakeAgent, state: object): void {
    const annotations = { 'batch.kubernetes.io/job-completion-index': String(index) }
    this.#put(paths.pods, {
      metadata: { name: pod, labels: { 'lastcall.dev/run': job }, annotations },
      spec: { containers: [{ name: 'agent' }], nodeName: `node-${index + 1}` },
      status: { phase: 'Running', containerStatuses: [{ name: 'agent', state }] },
    })
  }

  /** As the garbage collector: everything that the Job owns goes with it, and its pods get SIGTERM. */
  #endJob(name: string): void {
    for (const entry of this.server.names()) {
      const [list = '', object = ''] = entry.split(' ')
      if (object === name && list !== paths.jobs) this.server.remove(list, object)
      const isPod = list === paths.pods && object.startsWith(`${name}-`)
      if (isPod && !this.#agents.has(object)) this.server.remove(list, object)
    }
    for (const { job, ending } of this.#agents.values()) if (job === name) ending.abort()
  }

  #follow(path: string, query: URLSearchParams, response: ServerResponse): boolean {
    const agent = this.#agents.get(/\/pods\/(.*)\/log$/.exec(path)?.[1] ?? '')
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

/** How many pods the patch of a Job starts. */
function podsOf(patch: unknown): number {
  return (patch as { spec?: { parallelism?: number } }).spec?.parallelism ?? 0
}

function requestsIn(line: string): number {
  const message = JSON.parse(line) as AgentLine
  if (message.type !== 'load') return 0
  return message.part.lanes.flatMap(({ slots }) => slots).reduce((sum, { requests }) => sum + requests, 0)
}
