import { clientNode, type Cluster } from './cluster.ts'
import { imageOf } from './images.ts'
import { poll } from './shell.ts'

/** Its existence tells the program in a {@link ClientPod} to end. */
export const stopFile = '/tmp/stop'

/**
 * A pod of its own that asks the release through its Service, and prints what it found as JSON when it is
 * told to end.
 */
export class ClientPod {
  readonly #cluster: Cluster
  readonly #signal: AbortSignal
  readonly #name: string

  private constructor(cluster: Cluster, signal: AbortSignal, name: string) {
    this.#cluster = cluster
    this.#signal = signal
    this.#name = name
  }

  /** Starts it and resolves when it is running. */
  static async start(
    cluster: Cluster,
    signal: AbortSignal,
    { name, command }: { readonly name: string; readonly command: readonly string[] },
  ): Promise<ClientPod> {
    const pod = new ClientPod(cluster, signal, name)
    await cluster.kubectl(['delete', 'pod', name, '--ignore-not-found', '--grace-period=1'])
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        nodeName: clientNode,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name,
            image: imageOf('fastify'),
            command,
            imagePullPolicy: 'Never',
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            // A client that has to wait for the processor measures itself; the servers set aside less.
            resources: { requests: { cpu: '500m', memory: '128Mi' } },
          },
        ],
      },
    }
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
    await cluster.kubectl(['wait', 'pod', name, '--for=jsonpath={.status.phase}=Running', '--timeout=60s'])
    return pod
  }

  /** Tells it to end and resolves to the last JSON document that it printed. */
  async finish(): Promise<unknown> {
    const name = this.#name
    await this.#cluster.kubectl(['exec', name, '--', 'touch', stopFile])
    await poll(`the end of the pod ${name}`, 90_000, this.#signal, async () => {
      const phase = await this.#cluster.kubectl(['get', 'pod', name, '-o', 'jsonpath={.status.phase}'])
      return phase === 'Running' ? undefined : phase
    })
    const log = await this.#cluster.kubectl(['logs', name])
    const document = readDocument(log)
    await this.#cluster.kubectl(['delete', 'pod', name, '--grace-period=1'])
    return document
  }

  /** The last lines it printed, for the report of a failed run. */
  log(): Promise<string> {
    return this.#cluster.kubectl(['logs', this.#name, '--tail=40'])
  }
}

/**
 * The JSON document at the end of a log, from a line that begins with `{` or `[`.
 * @throws Error with the last lines of the log when there is none
 */
export function readDocument(log: string): unknown {
  const start = `\n${log}`.search(/\n[[{]/)
  try {
    return JSON.parse(log.slice(start))
  } catch {
    throw new Error(`the pod left no JSON document; its last lines:\n${log.slice(-2_000)}`)
  }
}
