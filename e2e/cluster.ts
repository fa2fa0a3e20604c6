import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run } from './shell.ts'

const name = process.env['KIND_CLUSTER_NAME'] ?? 'lastcall-e2e'

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
  - role: worker
  - role: worker
  - role: worker
`

/** Where the clients of a run are alone: kind numbers the workers from the second on. */
const clientNode = `${name}-worker3`

/** Says that a node, or a pod, is for the clients. */
const clientLabel = 'lastcall.dev/clients'

/** What puts a pod on the node of the clients. */
export const onClientNode = {
  nodeSelector: { [clientLabel]: 'true' },
  tolerations: [{ key: clientLabel, operator: 'Exists' }],
} as const

/** Ten times the weight of each other node, whose pods start at the cost of two cores or more. */
const CLIENT_CPU_SHARES = 10 * 1_024

/** A kind cluster of this run's own, with its own kubeconfig: the user's contexts are left alone. */
export class Cluster {
  readonly #env: NodeJS.ProcessEnv
  readonly #signal: AbortSignal
  readonly kubeconfig: string
  #proxy: ChildProcess | null = null
  #api = ''

  constructor(folder: string, signal: AbortSignal) {
    this.kubeconfig = join(folder, 'kubeconfig')
    this.#env = { ...process.env, KUBECONFIG: this.kubeconfig }
    this.#signal = signal
  }

  /**
   * Creates the cluster; one that an earlier run has left behind is replaced. `KIND_NODE_IMAGE` chooses the
   * node image, `KIND_CLUSTER_NAME` the name.
   */
  async create(): Promise<void> {
    await this.delete()
    const image = process.env['KIND_NODE_IMAGE']
    const args = [
      'create',
      'cluster',
      '--name',
      name,
      '--config',
      '-',
      '--wait',
      '180s',
      ...(image ? ['--image', image] : []),
    ]
    await run('kind', args, { env: this.#env, signal: this.#signal, input: config })
    await this.#setClientNodeApart()
    await this.#startProxy()
  }

  /**
   * A load generator that has to wait for a processor measures itself. Its node takes no other pods, and goes
   * before the other nodes where they want the same core.
   */
  async #setClientNodeApart(): Promise<void> {
    await this.kubectl(['label', 'node', clientNode, `${clientLabel}=true`])
    await this.kubectl(['taint', 'node', clientNode, `${clientLabel}=true:NoSchedule`])
    const shares = ['update', '--cpu-shares', String(CLIENT_CPU_SHARES), clientNode]
    await run('docker', shares, { env: this.#env, signal: this.#signal })
  }

  async delete(): Promise<void> {
    this.#proxy?.kill()
    await run('kind', ['delete', 'cluster', '--name', name], { env: this.#env })
  }

  async loadImage(image: string): Promise<void> {
    await run('kind', ['load', 'docker-image', image, '--name', name], {
      env: this.#env,
      signal: this.#signal,
    })
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    return run('kubectl', args, {
      env: this.#env,
      signal: this.#signal,
      ...(input !== undefined && { input }),
    })
  }

  helm(args: readonly string[]): Promise<string> {
    return run('helm', args, { env: this.#env, signal: this.#signal })
  }

  /** Asks the API server, through `kubectl proxy`, which does the authentication. */
  fetch(path: string, signal: AbortSignal = this.#signal): Promise<Response> {
    return fetch(`${this.#api}${path}`, { signal })
  }

  async #startProxy(): Promise<void> {
    this.#proxy = spawn('kubectl', ['proxy', '--port=0'], {
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const lines = createInterface({ input: this.#proxy.stdout as NodeJS.ReadableStream })
    const [line] = (await once(lines, 'line', { signal: this.#signal })) as [string]
    this.#api = `http://${line.split(' ').at(-1)}`
  }
}
