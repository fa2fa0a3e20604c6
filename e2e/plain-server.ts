import { namespace } from './cluster.ts'
import { type Image, imageOf } from './images.ts'

/** A server that knows nothing of lastcall. */
export interface PlainServer {
  readonly name: string
  readonly image: Image
  readonly replicas: number
  /** Command instead of the image's own. */
  readonly command?: readonly string[]
  /** Environment of the container. */
  readonly env?: readonly object[]
}

/** Its Deployment and its Service, as its own developers would write them. */
export function plainServer({ name, image, replicas, command, env }: PlainServer): object {
  const labels = { app: name }
  const metadata = { name, namespace, labels }
  const container = {
    name: 'server',
    image: imageOf(image),
    imagePullPolicy: 'Never',
    ...(command && { command }),
    ...(env && { env }),
    ports: [{ name: 'http', containerPort: 8_080 }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  }
  const securityContext = {
    runAsNonRoot: true,
    runAsUser: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      minReadySeconds: 1,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels }, spec: { securityContext, containers: [container] } },
    },
  }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  }
  return { apiVersion: 'v1', kind: 'List', items: [deployment, service] }
}
