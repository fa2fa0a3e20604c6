import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PodRecord } from '../../src/rollout/pod-record.ts'

/** Namespace and name of the PodMonitor that is played. */
export const NAMESPACE = 'default'
export const JOB = `${NAMESPACE}/orders`
/** Twice a second, so that what the chart's 5 s show of ten minutes is shown of one. */
const SCRAPE_INTERVAL = '500ms'

/** An address for the metrics of each pod that is known before the pod is. */
export interface PodMonitor {
  readonly port: number
  close(): Promise<void>
}

/**
 * Hands `/pod-1` and so on to the probe port of that pod, 503 while there is none. Prometheus learns of new
 * targets every 5 s only, which is longer than a pod of this rollout takes to become ready.
 */
export async function startPodMonitor(pods: () => readonly PodRecord[]): Promise<PodMonitor> {
  const scrape = (request: IncomingMessage, response: ServerResponse): void => {
    const refuse = (): void => void response.writeHead(503).end()
    const pod = pods().find(({ name, state }) => `/${name}` === request.url && state !== 'gone')
    if (!pod?.local) return refuse()
    get({ host: '127.0.0.1', port: pod.local.probePort, path: '/metrics', agent: false }, (metrics) => {
      response.writeHead(metrics.statusCode ?? 503, {
        'content-type': metrics.headers['content-type'] ?? 'text/plain',
      })
      metrics.on('error', () => response.destroy()).pipe(response)
    }).on('error', refuse)
  }
  const server = createServer(scrape).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close')
      server.close().closeAllConnections()
      await closed
    },
  }
}

/**
 * Configuration of Prometheus (JSON is YAML): every pod a target with the labels that a PodMonitor gives it.
 */
export function scrapeConfig(podCount: number, port: number): string {
  const names = Array.from({ length: podCount }, (_, index) => `pod-${index + 1}`)
  return JSON.stringify({
    global: { scrape_interval: SCRAPE_INTERVAL, scrape_timeout: SCRAPE_INTERVAL },
    scrape_configs: [
      {
        job_name: 'pods',
        static_configs: names.map((pod) => ({
          targets: [`127.0.0.1:${port}`],
          labels: {
            __metrics_path__: `/${pod}`,
            namespace: NAMESPACE,
            job: JOB,
            pod,
            container: 'app',
            endpoint: 'probes',
            instance: pod,
          },
        })),
      },
    ],
  })
}
