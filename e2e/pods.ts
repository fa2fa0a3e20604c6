import type { Cluster } from './cluster.ts'
import { newPod, noteTermination, type PodObject, type PodRecord } from './pod-record.ts'
import { pause } from './shell.ts'

const namespace = '/api/v1/namespaces/default/pods'
const logLines = 300

/** Follows the pods of a release with a raw watch, their logs and their metrics, until it is stopped. */
export class PodWatch {
  readonly pods: Map<string, PodRecord> = new Map()
  readonly #cluster: Cluster
  readonly #selector: string
  readonly beganAt = Date.now()
  readonly #began = performance.now()
  readonly #stopped = new AbortController()
  readonly #work: Promise<unknown>[] = []
  #failure: Error | undefined

  /** @param metrics whether the pods have lastcall's metrics beside their probes */
  constructor(cluster: Cluster, selector: string, metrics: boolean) {
    this.#cluster = cluster
    this.#selector = encodeURIComponent(selector)
    this.#do('watching the pods', this.#watch())
    this.#do(
      'asking the pods',
      this.#repeat(200, (pod) => this.#readReadiness(pod)),
    )
    if (metrics)
      this.#do(
        'reading metrics',
        this.#repeat(500, (pod) => this.#readInFlight(pod)),
      )
  }

  /**
   * A rejection that nobody handles would end this program and leave the cluster behind: it is kept, and
   * {@link check} throws it.
   */
  #do(what: string, work: Promise<unknown>): void {
    this.#work.push(
      work.catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) this.#failure ??= new Error(`${what} failed: ${String(error)}`)
      }),
    )
  }

  /** Throws when the watch itself broke: what it has not seen is no proof. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  get ms(): number {
    return Math.round(performance.now() - this.#began)
  }

  present(): readonly PodRecord[] {
    return [...this.pods.values()].filter((pod) => pod.goneAt === undefined)
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#work)
  }

  async #watch(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const list = await this.#cluster.fetch(
        `${namespace}?labelSelector=${this.#selector}`,
        this.#stopped.signal,
      )
      const { items, metadata } = (await list.json()) as {
        items: PodObject[]
        metadata: { resourceVersion: string }
      }
      for (const item of items) this.#see('ADDED', item)
      const query = `watch=1&resourceVersion=${metadata.resourceVersion}&labelSelector=${this.#selector}`
      const response = await this.#cluster.fetch(`${namespace}?${query}`, this.#stopped.signal)
      for await (const line of linesOf(response)) {
        const event = JSON.parse(line) as { type: string; object: PodObject }
        if (event.type !== 'ERROR') this.#see(event.type, event.object)
      }
    }
  }

  #see(type: string, object: PodObject): void {
    const { name, deletionTimestamp } = object.metadata
    let pod = this.pods.get(name)
    if (!pod) {
      pod = newPod(name, this.ms)
      this.pods.set(name, pod)
    }
    const ready = object.status.conditions?.some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    )
    if (ready && pod.readyAt === undefined) {
      pod.readyAt = this.ms
      // The log helps to explain a failure; without its last lines the run goes on.
      this.#work.push(this.#followLog(pod).catch((error: unknown) => pod.log.push(String(error))))
    }
    if (deletionTimestamp) pod.deletedAt ??= this.ms
    if (pod.readyAt !== undefined && !ready) pod.unreadyAt ??= this.ms
    noteTermination(pod, object)
    if (type === 'DELETED') pod.goneAt = this.ms
  }

  async #followLog(pod: PodRecord): Promise<void> {
    const response = await this.#cluster.fetch(
      `${namespace}/${pod.name}/log?follow=true`,
      this.#stopped.signal,
    )
    for await (const line of linesOf(response)) {
      pod.log.push(line)
      if (pod.log.length > logLines) pod.log.shift()
    }
  }

  /** Reads the in-flight metric of every pod that is there, and returns the largest. */
  async scrape(): Promise<number> {
    const values = await Promise.all(this.present().map((pod) => this.#readInFlight(pod)))
    return Math.max(...values)
  }

  async #repeat(everyMs: number, look: (pod: PodRecord) => Promise<unknown>): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      // A pod that goes away in the middle of an answer is not a fault of the run.
      await Promise.allSettled(this.present().map(look))
      await pause(everyMs, this.#stopped.signal)
    }
  }

  async #readInFlight(pod: PodRecord): Promise<number> {
    const { ok, body } = await this.#ask(pod, '/metrics')
    if (!ok) return Number.NaN
    const values = [...body.matchAll(/^lastcall_requests_in_flight\{.*\} (\S+)$/gm)].map((match) =>
      Number(match[1]),
    )
    const inFlight = values.reduce((sum, value) => sum + value, 0)
    pod.maxInFlight = Math.max(pod.maxInFlight, inFlight)
    return inFlight
  }

  async #readReadiness(pod: PodRecord): Promise<void> {
    if (pod.deletedAt === undefined || pod.readyzFailed) return
    const { status, body } = await this.#ask(pod, '/readyz')
    // A 503 of the API server's own, about a pod it cannot reach, does not count.
    if (status === 503 && body.includes('readyz check failed')) pod.readyzFailed = true
  }

  /** Through the API server's proxy, which dials the pod itself: neither Service nor endpoints are in the way. */
  async #ask(pod: PodRecord, path: string): Promise<{ ok: boolean; status: number; body: string }> {
    const response = await this.#cluster.fetch(
      `${namespace}/${pod.name}:8081/proxy${path}`,
      this.#stopped.signal,
    )
    return { ok: response.ok, status: response.status, body: await response.text() }
  }
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
