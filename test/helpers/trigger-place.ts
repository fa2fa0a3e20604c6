import { createApiClient } from '../../src/rollout/drivers/kubernetes/api/client.ts'
import { startObserver } from '../../src/rollout/drivers/kubernetes/agent/observer.ts'
import { createClockBridge } from '../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import { createObservedPods, type ObservedPods } from '../../src/rollout/drivers/kubernetes/pods.ts'
import { createRestarter, type Restarter } from '../../src/rollout/drivers/kubernetes/restarter.ts'
import type { TriggerSettings } from '../../src/rollout/drivers/kubernetes/triggers/trigger.ts'
import { createTimeline } from '../../src/rollout/timeline.ts'
import type { TriggerName } from '../../src/rollout/trigger.ts'
import { FakeApiServer, send, type Scope, type SeenRequest } from './fake-api-server.ts'
import { FakeController } from './fake-controller.ts'
import { makeWorkload, namespace, paths } from './kubernetes-objects.ts'

/** The Deployment `shop` in a cluster of two nodes, with an observer, and what a trigger did to it. */
export interface TriggerPlace {
  readonly server: FakeApiServer
  readonly controller: FakeController
  readonly pods: ObservedPods
  readonly restarter: Restarter
  readonly notices: readonly string[]
  /** Ends the run, as Ctrl-C does. */
  readonly ending: AbortController
  /** Requests that changed something. */
  changes(): readonly SeenRequest[]
  /** Has the API server refuse every request with this in its body. */
  refuse(text: string): void
  /** The nodes that are cordoned. */
  cordoned(): readonly string[]
  /** How many pods the Deployment wants. */
  wanted(): unknown
}

/** @param timeoutMs how long the trigger may take */
export async function triggerPlace(
  t: Scope,
  trigger: TriggerName,
  timeoutMs = 20_000,
  settings: TriggerSettings = {},
): Promise<TriggerPlace> {
  const server = await new FakeApiServer().start(t)
  const controller = new FakeController(server)
  server.intercept = (request, response) => controller.take(request, response)
  controller.start(9)
  const api = createApiClient(server.access)
  const ending = new AbortController()
  const notices: string[] = []
  const pods = createObservedPods(createTimeline(), createClockBridge())
  const workload = makeWorkload()
  let n = 0
  const job = {
    namespace,
    workload,
    selector: workload.selector,
    service: 'shop',
    target: { host: '127.0.0.1', port: 9 },
    targetPort: 9,
    generators: 1,
    configMap: 'lastcall-1',
  }
  const observer = startObserver(api, job, (message, at) => pods.take({ n: ++n, at, ...message }))
  t.after(() => observer.stop())
  await observer.synced
  const { signal } = ending
  const onNotice = (text: string): void => void notices.push(text)
  const object = (list: string, name: string): { readonly spec?: Record<string, unknown> } =>
    (server.object(list, name) ?? {}) as { spec?: Record<string, unknown> }
  return {
    server,
    controller,
    pods,
    notices,
    ending,
    restarter: createRestarter(workload, {
      api,
      pods,
      trigger,
      settings,
      timeoutMs,
      signal,
      onNotice,
    }),
    refuse(text) {
      const { intercept } = server
      server.intercept = (request, response) => {
        const isRefused = JSON.stringify(request.body ?? '').includes(text)
        if (isRefused) send(response, 403, { reason: 'Forbidden', message: 'no longer' })
        return isRefused || intercept(request, response)
      }
    },
    changes: () => server.requests.filter(({ method }) => method !== 'GET'),
    cordoned: () =>
      ['node-1', 'node-2'].filter((name) => object(paths.nodes, name).spec?.['unschedulable'] === true),
    wanted: () => object(paths.deployments, 'shop').spec?.['replicas'],
  }
}
