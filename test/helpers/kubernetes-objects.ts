import type {
  Container,
  PodObject,
  ServiceObject,
  ServicePort,
  WorkloadObject,
} from '../../src/rollout/drivers/kubernetes/api/objects.ts'
import type { Workload } from '../../src/rollout/drivers/kubernetes/workload.ts'
import type { FakeApiServer } from './fake-api-server.ts'

export const namespace = 'ns'
export const paths = {
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  services: `/api/v1/namespaces/${namespace}/services`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  jobs: `/apis/batch/v1/namespaces/${namespace}/jobs`,
  configMaps: `/api/v1/namespaces/${namespace}/configmaps`,
  endpointSlices: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  events: `/api/v1/namespaces/${namespace}/events`,
  nodes: '/api/v1/nodes',
}

export const container: Container = {
  name: 'app',
  image: 'shop:1',
  ports: [{ name: 'http', containerPort: 3000 }],
  readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
}

/** A Deployment whose last rollout is done. */
export function makeDeployment({
  spec = {},
  status = {},
  containers = [container],
}: {
  readonly spec?: Partial<WorkloadObject['spec']>
  readonly status?: WorkloadObject['status']
  readonly containers?: readonly Container[]
} = {}): WorkloadObject {
  return {
    metadata: { name: 'shop', uid: 'uid-shop', generation: 3 },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'shop' } },
      template: { metadata: { labels: { app: 'shop', tier: 'web' } }, spec: { containers } },
      ...spec,
    },
    status: {
      observedGeneration: 3,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      ...status,
    },
  }
}

/** The same as it is found. */
export function makeWorkload(object: WorkloadObject = makeDeployment()): Workload {
  return {
    kind: 'Deployment',
    name: 'shop',
    resource: 'deployments',
    uid: 'uid-shop',
    namespace,
    replicas: 2,
    selector: 'app=shop',
    object,
  }
}

/** A Service that selects these pods. */
export function makeService(name: string, ports: readonly ServicePort[], spec: object = {}): ServiceObject {
  return {
    metadata: { name, uid: `uid-${name}` },
    spec: { clusterIP: '127.0.0.1', selector: { app: 'shop' }, ports, ...spec },
  }
}

/** A ready pod of the Deployment's ReplicaSet `shop-<hash>`. */
export function makePod(
  name: string,
  {
    hash = '1',
    ...more
  }: { readonly hash?: string; readonly status?: PodObject['status']; readonly metadata?: object } = {},
): PodObject {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `shop-${hash}`,
    uid: `rs-${hash}`,
    controller: true,
  }
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      labels: { app: 'shop', 'pod-template-hash': hash },
      ownerReferences: [owner],
      ...more.metadata,
    },
    spec: { containers: [container], nodeName: 'node-1' },
    status: more.status ?? { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

/** Puts a workload, its Service and two pods into a server. */
export function putShop(server: FakeApiServer, port = 80): void {
  const put = (list: string, object: object): void =>
    void server.put(list, object as Parameters<FakeApiServer['put']>[1])
  put(paths.deployments, makeDeployment())
  put(paths.services, makeService('shop', [{ port, targetPort: 'http' }]))
  for (const name of ['shop-1-a', 'shop-1-b']) put(paths.pods, makePod(name))
}
