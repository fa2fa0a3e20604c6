import type { LoadDocument } from '../src/load/load-document.ts'
import type { Cluster } from './cluster.ts'
import { imageOf } from './images.ts'
import type { Scenario } from './scenario.ts'
import { poll } from './shell.ts'

const name = 'load'
const stopFile = '/tmp/stop'

/** Where the examples that speak HTTP/2 do, in their containers and in their Service. */
export const http2Port = 3001

/** Load from a pod of its own, through the Service, with the load engine that `lastcall rehearse` uses. */
export class LoadPod {
  readonly #cluster: Cluster
  readonly #signal: AbortSignal

  private constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster
    this.#signal = signal
  }

  /** Starts it and resolves when it is running. */
  static async start(
    cluster: Cluster,
    signal: AbortSignal,
    url: string,
    { rate, lanes }: Pick<Scenario, 'rate' | 'lanes'>,
  ): Promise<LoadPod> {
    const pod = new LoadPod(cluster, signal)
    await cluster.kubectl(['delete', 'pod', name, '--ignore-not-found', '--grace-period=1'])
    const command = [
      'node',
      'node_modules/lastcall/dist/cli/bin.js',
      'load',
      '--url',
      url,
      '--rate',
      String(rate),
    ]
    const shape = ['--lanes', lanes.join(','), '--http2-port', String(http2Port), '--slow-time', '4s']
    const args = [...shape, '--until-file', stopFile, '--json', '-', '--progress', '10s']
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        containers: [
          { name, image: imageOf('fastify'), command: [...command, ...args], imagePullPolicy: 'Never' },
        ],
      },
    }
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
    await cluster.kubectl(['wait', 'pod', name, '--for=jsonpath={.status.phase}=Running', '--timeout=60s'])
    return pod
  }

  /** Ends the load and resolves to its result. */
  async finish(): Promise<LoadDocument> {
    await this.#cluster.kubectl(['exec', name, '--', 'touch', stopFile])
    await poll('the end of the load', 90_000, this.#signal, async () => {
      const phase = await this.#cluster.kubectl(['get', 'pod', name, '-o', 'jsonpath={.status.phase}'])
      return phase === 'Running' ? undefined : phase
    })
    const log = await this.#cluster.kubectl(['logs', name])
    const json = log.slice(log.indexOf('\n{') + 1)
    await this.#cluster.kubectl(['delete', 'pod', name, '--grace-period=1'])
    return JSON.parse(json.slice(0, json.lastIndexOf('}') + 1)) as LoadDocument
  }

  /** The last lines it printed, for the report of a failed run. */
  log(): Promise<string> {
    return this.#cluster.kubectl(['logs', name, '--tail=40'])
  }
}
