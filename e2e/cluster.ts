import { join } from 'node:path'
import { run, type RunOptions } from './shell.ts'

const name = process.env['KIND_CLUSTER_NAME'] ?? 'lastcall-e2e'

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
  - role: worker
  - role: worker
  - role: worker
# On by default from Kubernetes 1.36 on. Nothing else changes by it.
featureGates:
  MutatingAdmissionPolicy: true
runtimeConfig:
  admissionregistration.k8s.io/v1beta1: 'true'
`

/** Namespace of everything that a scenario creates; it enforces the restricted Pod Security standard. */
export const namespace = 'shop'
/** Name of every release, of its Deployment and its Service. */
export const RELEASE = 'shop'
/** Kind numbers the workers from the second on. */
const workers = ['worker', 'worker2', 'worker3'].map((node) => `${name}-${node}`)
/** The node that runs nothing of a scenario. */
export const controlPlane = `${name}-control-plane`
/** Where the clients of a run are alone. */
export const clientNode = `${name}-worker3`

/** Ten times the weight of each other node, whose pods start at the cost of two cores or more. */
const CLIENT_CPU_SHARES = 10 * 1_024

/** A kind cluster of this run's own, with its own kubeconfig: the user's contexts are left alone. */
export class Cluster {
  readonly #env: Readonly<Record<string, string>>
  readonly kubeconfig: string
  /** Ends what runs in the cluster. */
  readonly signal: AbortSignal

  constructor(folder: string, signal: AbortSignal) {
    this.kubeconfig = join(folder, 'kubeconfig')
    this.#env = { KUBECONFIG: this.kubeconfig }
    this.signal = signal
  }

  /**
   * Creates the cluster; one that an earlier run has left behind is replaced. `KIND_NODE_IMAGE` chooses the
   * node image, `KIND_CLUSTER_NAME` the name.
   */
  async create(): Promise<void> {
    await this.delete()
    const image = process.env['KIND_NODE_IMAGE']
    const chosen = image ? ['--image', image] : []
    const args = ['create', 'cluster', '--name', name, '--config', '-', '--wait', '180s', ...chosen]
    await this.run('kind', args, { input: config })
    await this.#setClientNodeApart()
    await this.#createNamespace()
  }

  /**
   * A load generator that has to wait for a processor measures itself. Its node takes no other pods, and goes
   * before the other nodes where they want the same core.
   */
  async #setClientNodeApart(): Promise<void> {
    await this.kubectl(['taint', 'node', clientNode, 'lastcall.dev/clients=true:NoSchedule'])
    await this.run('docker', ['update', '--cpu-shares', String(CLIENT_CPU_SHARES), clientNode])
  }

  /** The namespace of the context as well, so that no command has to name it. */
  async #createNamespace(): Promise<void> {
    const enforce = 'pod-security.kubernetes.io/enforce=restricted'
    await this.kubectl(['create', 'namespace', namespace])
    await this.kubectl(['label', 'namespace', namespace, enforce])
    await this.kubectl(['config', 'set-context', '--current', `--namespace=${namespace}`])
  }

  /** From now on kube-proxy programs nftables instead of iptables. */
  async useNftables(): Promise<void> {
    const proxy = ['daemonset/kube-proxy', '-n', 'kube-system']
    const config = await this.kubectl(['get', 'configmap/kube-proxy', '-n', 'kube-system', '-o', 'json'])
    const changed = config.replace('mode: iptables', 'mode: nftables')
    if (changed === config) throw new Error('kube-proxy is not in iptables mode: there is nothing to switch')
    await this.kubectl(['apply', '-f', '-'], changed)
    await this.kubectl(['rollout', 'restart', ...proxy])
    await this.untilRolledOut(...proxy)
  }

  async delete(): Promise<void> {
    await run('kind', ['delete', 'cluster', '--name', name], { env: this.#env })
  }

  /** All at once, so that a layer that they share is sent once, and only where pods run. */
  async loadImages(images: readonly string[]): Promise<void> {
    await this.run('kind', ['load', 'docker-image', ...images, '--name', name, '--nodes', workers.join()])
  }

  /** Resolves when all pods of a workload are of its last revision, and available. */
  async untilRolledOut(...workload: readonly string[]): Promise<void> {
    await this.kubectl(['rollout', 'status', ...workload, '--timeout=120s'])
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    return this.run('kubectl', args, input === undefined ? {} : { input })
  }

  helm(args: readonly string[]): Promise<string> {
    return this.run('helm', args)
  }

  /** Runs a command that knows this cluster, and only this one. */
  run(command: string, args: readonly string[], { env, ...options }: RunOptions = {}): Promise<string> {
    return run(command, args, { cancelSignal: this.signal, ...options, env: { ...this.#env, ...env } })
  }

  /** Prints what a person needs when a scenario did not come to its end. */
  async explain(): Promise<void> {
    for (const what of [
      ['get', 'pods', '-o', 'wide'],
      ['get', 'events', '--sort-by=.lastTimestamp'],
      ['logs', '-l', `app.kubernetes.io/instance=${RELEASE}`, '--prefix', '--tail=20'],
    ]) {
      console.log(await this.kubectl(what).catch(String))
    }
  }
}
