import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeApiServer, type SeenRequest, send } from './fake-api-server.ts'
import { imagesIn } from './image-patch.ts'
import { container, makeDeployment, makePod, makeService, paths } from './kubernetes-objects.ts'

type Stored = Parameters<FakeApiServer['put']>[1]

/** Whether new pods become ready. */
export type RestartFate = 'works' | 'stuck' | 'unpullable'

interface FakePod {
  readonly name: string
  readonly hash: string
  readonly node: string
  readonly createdAt: string
}

/** Time between the steps of a rollout, so that they are apart. Milliseconds. */
const STEP_MS = 150
const TOO_MANY_REQUESTS = 429

/** The Deployment controller, the scheduler and the kubelets of a cluster with two nodes. */
export class FakeController {
  restartFate: RestartFate = 'works'
  /** What the next evictions are refused with. */
  readonly refusals: string[] = []
  readonly #server: FakeApiServer
  readonly #pods = new Map<string, FakePod>()
  /** Pods that never became ready. */
  readonly #broken = new Set<string>()
  #generation = 1
  #image = 'shop:1'
  #replicas = 2
  #created = 0

  constructor(server: FakeApiServer) {
    this.#server = server
  }

  /** The Deployment `shop` with two pods on two nodes, and its Service; every pod listens on this port. */
  start(port: number): void {
    this.#put(paths.deployments, makeDeployment())
    this.#put(paths.services, makeService('shop', [{ port, targetPort: port }]))
    for (const name of ['node-1', 'node-2']) {
      const status = { conditions: [{ type: 'Ready', status: 'True' }] }
      this.#put(paths.nodes, { metadata: { name }, spec: {}, status })
    }
    for (let nth = 0; nth < this.#replicas; nth++) this.#putPod(this.#create(`shop-1-${nth}`))
  }

  /** Answers what an API server hands on to controllers; false for everything else. */
  take({ method, path, body }: SeenRequest, response: ServerResponse): boolean {
    if (path === `${paths.deployments}/shop/scale`) {
      const { spec } = (body ?? {}) as { spec?: { replicas: number } }
      if (method === 'PATCH' && spec) void this.scale(spec.replicas)
      send(response, 200, { metadata: { name: 'shop' }, spec: { replicas: this.#replicas } })
      return true
    }
    if (method === 'PATCH' && path.startsWith(paths.deployments)) return this.#patched(body, response)
    const [, pod = '', isEviction] = /\/pods\/([^/]+)(\/eviction)?$/.exec(path) ?? []
    if (!this.#pods.has(pod) || (method !== 'DELETE' && !isEviction)) return false
    const refusal = isEviction ? this.refusals.shift() : undefined
    if (refusal === undefined) void this.#replace(pod)
    if (refusal === undefined) send(response, 201, {})
    else send(response, TOO_MANY_REQUESTS, { reason: 'TooManyRequests', message: refusal })
    return true
  }

  /** As another client's `kubectl rollout restart`. */
  restart(): void {
    void this.#roll()
  }

  /** As another client that deploys, whose rollout is over at once. */
  deploy(image: string): void {
    this.#image = image
    this.#putDeployment()
  }

  #put(list: string, object: object): void {
    this.#server.put(list, object as Stored)
  }

  #putDeployment(status: object = {}): void {
    const all = this.#replicas
    const counts = { replicas: all, updatedReplicas: all, readyReplicas: all, availableReplicas: all }
    this.#put(
      paths.deployments,
      makeDeployment({
        spec: { replicas: all },
        status: { ...counts, ...status },
        containers: [{ ...container, image: this.#image }],
      }),
    )
  }

  #create(name: string): FakePod {
    const created = this.#created++
    const nodes = ['node-1', 'node-2'].filter((node) => !this.#isCordoned(node))
    const pod = {
      name,
      hash: String(this.#generation),
      node: nodes[created % nodes.length] ?? '',
      createdAt: new Date(1_700_000_000_000 + created * 1_000).toISOString(),
    }
    this.#pods.set(name, pod)
    return pod
  }

  #isCordoned(node: string): boolean {
    const { spec } = (this.#server.object(paths.nodes, node) ?? {}) as { spec?: { unschedulable?: boolean } }
    return spec?.unschedulable === true
  }

  #putPod(
    { name, hash, node, createdAt }: FakePod,
    more: { readonly metadata?: object; readonly status?: object } = {},
  ): void {
    const conditions = [{ type: 'Ready', status: 'True' }]
    const status = { phase: 'Running', podIP: '127.0.0.1', conditions, ...more.status }
    const metadata = { creationTimestamp: createdAt, ...more.metadata }
    const pod = makePod(name, { hash, metadata, status })
    this.#put(paths.pods, { ...pod, spec: { ...pod.spec, nodeName: node } })
  }

  /** Starts a pod with this fate. Resolves when it is ready; to false when it never is. */
  async #startPod(name: string, fate = this.restartFate): Promise<boolean> {
    const pod = this.#create(name)
    this.#putPod(pod, { status: { conditions: [{ type: 'Ready', status: 'False' }] } })
    await sleep(STEP_MS)
    if (fate === 'unpullable') {
      const waiting = { reason: 'ImagePullBackOff', message: 'not found' }
      const conditions = [{ type: 'Ready', status: 'False' }]
      this.#putPod(pod, { status: { conditions, containerStatuses: [{ name: 'app', state: { waiting } }] } })
    }
    if (fate !== 'works') {
      this.#broken.add(name)
      return false
    }
    this.#putPod(pod)
    return true
  }

  async #endPod(name: string): Promise<void> {
    const pod = this.#pods.get(name)
    if (!pod) return
    this.#pods.delete(name)
    const metadata = { deletionTimestamp: '2026-11-21T10:00:00Z' }
    const terminated = { exitCode: 0, reason: 'Completed' }
    const ended = { containerStatuses: [{ name: 'app', restartCount: 0, state: { terminated } }] }
    this.#putPod(pod, { metadata })
    await sleep(STEP_MS)
    this.#putPod(pod, { metadata, status: ended })
    this.#server.remove(paths.pods, name)
  }

  /** A patch with an image is merged here, any other one is left to the server. */
  #patched(patch: unknown, response: ServerResponse): boolean {
    const { expected = this.#image, image } = imagesIn(patch)
    if (image === undefined) void this.#roll()
    else if (expected === this.#image) this.#setImage(image, response)
    else send(response, 422, { reason: 'Invalid', message: 'testing value failed' })
    return image !== undefined
  }

  /** The template of before makes pods again, and broken ones go. */
  #setImage(image: string, response: ServerResponse): void {
    const isBack = image !== this.#image && this.restartFate !== 'works'
    this.#image = image
    if (isBack && this.#broken.size > 0) void this.#recover()
    else void this.#roll()
    send(response, 200, this.#server.object(paths.deployments, 'shop') ?? {})
  }

  async #recover(): Promise<void> {
    this.restartFate = 'works'
    const broken = [...this.#broken]
    this.#broken.clear()
    await Promise.all(broken.map((name) => this.#endPod(name)))
    this.#putDeployment()
  }

  /** One new pod, and when it is ready one old pod goes. */
  async #roll(): Promise<void> {
    const old = [...this.#pods.keys()]
    const now = ++this.#generation
    this.#putDeployment({ updatedReplicas: 0 })
    for (const [nth, name] of old.entries()) {
      if (!(await this.#startPod(`shop-${now}-${nth}`))) {
        // A rollout back may have begun meanwhile.
        if (this.#generation !== now || !this.#broken.has(`shop-${now}-${nth}`)) return
        if (this.restartFate === 'unpullable') return this.#putDeployment({ updatedReplicas: 1 })
        const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }]
        return this.#putDeployment({ updatedReplicas: 1, conditions })
      }
      await this.#endPod(name)
    }
    this.#putDeployment()
  }

  /** A pod was deleted: another one is started at once. */
  async #replace(name: string): Promise<void> {
    this.#putDeployment({ availableReplicas: this.#replicas - 1 })
    const ending = this.#endPod(name)
    if (await this.#startPod(`shop-${this.#generation}-${this.#created}`)) this.#putDeployment()
    await ending
  }

  /** As an autoscaler, or the subresource. */
  async scale(replicas: number): Promise<void> {
    this.#replicas = replicas
    const surplus = [...this.#pods.keys()].slice(replicas)
    const missing = replicas - this.#pods.size
    this.#putDeployment(missing > 0 ? { availableReplicas: this.#pods.size } : {})
    await Promise.all(surplus.map((name) => this.#endPod(name)))
    for (let nth = 0; nth < missing; nth++) await this.#startPod(`shop-${this.#generation}-${this.#created}`)
    this.#putDeployment()
  }
}
