import { namespace, RELEASE } from './cluster.ts'
import { imageOf } from './images.ts'
import type { Scenario } from './scenario.ts'

/** A Deployment of the Go server and its Service, as its own developers would write them. */
export function goServer({ replicas }: Pick<Scenario, 'replicas'>): object {
  const labels = { app: RELEASE }
  const metadata = { name: RELEASE, namespace, labels }
  const items = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas,
        minReadySeconds: 1,
        selector: { matchLabels: labels },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: { metadata: { labels }, spec: podSpec },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  ]
  return { apiVersion: 'v1', kind: 'List', items }
}

const podSpec = {
  securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'server',
      image: imageOf('go'),
      imagePullPolicy: 'Never',
      ports: [{ name: 'http', containerPort: 8_080 }],
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
}
