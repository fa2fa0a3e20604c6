import { defaultLaneNames, laneNames } from '../src/load/lanes/index.ts'
import { jobs } from '../src/load/lanes/jobs/jobs.ts'
import { slowReader } from '../src/load/lanes/slow-reader/slow-reader.ts'
import type { LaneName } from '../src/load/sample.ts'
import { h2c, noHook, noPreStop } from './chart-values.ts'
import { imageOf } from './images.ts'
import { restartInPlace, supervised } from './in-place.ts'
import { upgrade } from './install.ts'
import { onlyPod } from './only-pod.ts'
import { type Judged, plain, replicas } from './plain-scenario.ts'
import { installPolicies } from './policies.ts'
import { proxyHop } from './proxy-hop.ts'
import type { Scenario } from './scenario.ts'
import { judgeTailControl, judgeTails } from './tails.ts'
import {
  judgeControl,
  judgeFault,
  judgeForeign,
  judgeInPlace,
  judgeSpared,
  judgeZeroLoss,
  leastRequestsIn,
} from './verdict.ts'
import { workerScenarios } from './workers.ts'

/** What the command line says about the scenarios that must not lose anything. */
interface Asked {
  /** Undefined: as many as each has by default. */
  readonly restarts: number | undefined
  readonly rate: number
}

/** What is served without HTTP/2 and WebSockets: by Next.js, and behind a Service of one port. */
const nextLanes: readonly LaneName[] = [...defaultLaneNames, 'stream', 'sse']
/**
 * All that the example serves but the slow readers, whose 18 MB/s would take the processor from the others.
 */
const mostLanes = laneNames.filter((name) => ![slowReader.name, jobs.name].includes(name))

/** All of them, in the order in which they are played. */
export function listScenarios(restarts: number | undefined, rate: number): readonly Judged[] {
  return scenarios.map((scenario) =>
    typeof scenario === 'function' ? scenario({ restarts, rate }) : scenario,
  )
}

const scenarios: readonly (Judged | ((asked: Asked) => Judged))[] = [
  zeroLoss('protected', "lastcall with the chart's defaults", { image: 'fastify', restarts: 8, values: h2c }),
  zeroLoss('express', 'an unchanged Express application in an image with lastcall, lifecycle.auto', {
    image: 'express',
    restarts: 2,
    values: [...h2c, 'lifecycle.auto=true'],
  }),
  zeroLoss(
    'next',
    'an unchanged Next.js application, lastcall from the init container of lifecycle.autoImage',
    {
      image: 'next',
      // Half of the paced lanes, and a pod of Next.js that has just begun needs a whole core for a while:
      // with fewer pods a lower rate shows the same outage, and the machine keeps up.
      replicas: 2,
      pace: 0.75,
      restarts: 3,
      share: 2.5,
      lanes: nextLanes,
      values: ['lifecycle.auto=true', `lifecycle.autoImage=${imageOf('fastify')}`],
    },
  ),
  spared('drain-node', 'kubectl drain of the node of a pod, whose evicted pods come back elsewhere', {
    leastReplaced: 1,
    flags: ['--trigger', 'drain-node'],
  }),
  spared('evict', 'the eviction of one pod after the other, as a node drain asks for it', {
    flags: ['--trigger', 'evict'],
  }),
  spared('scale-down', 'one replica less, and back', {
    leastReplaced: 1,
    flags: ['--trigger', 'scale-down'],
  }),
  spared('single', 'one replica, with the surge of a rollout beside it', { replicas: 1 }),
  spared('upgrade', 'helm upgrade in the middle of the load', {
    restarts: 0,
    leastReplaced: replicas,
    flags: ['--trigger', 'none', '--duration', '60s'],
    meanwhile: upgrade,
  }),
  spared('kube-patch', 'an unchanged Express application, whose bare manifest lastcall kube patch changes', {
    image: 'express',
    lanes: nextLanes,
    patched: ['examples/express/bare.yaml', '--auto'],
  }),
  spared('old-cluster', "the chart for Kubernetes 1.29, which has no preStop sleep: lastcall's own delay", {
    kubeVersion: '1.29.0',
  }),
  spared('last-pod', 'the only pod is evicted, without a hook: it serves until the next is ready', onlyPod),
  {
    ...plain('last-pod-unready', 'the same with readiness that fails at once; has to lose requests'),
    ...onlyPod,
    values: [...onlyPod.values, 'lifecycle.readinessFailDelaySeconds=0'],
    judge: (outcome) => judgeControl(outcome, [['new-connections']]),
  },
  spared('proxy-hop', 'nginx in front, with a keep-alive pool and without a second try', proxyHop),
  {
    ...plain('control', 'protected without preStop and without shutdown delay; has to lose requests'),
    restarts: 2,
    lanes: mostLanes,
    values: [...h2c, ...noPreStop],
    // Its listener closes at the signal while clients still find it: with their first request, or when they
    // come back from an orderly close.
    judge: (outcome) => judgeControl(outcome, [['new-connections'], ['http2', 'websocket', 'sse']]),
  },
  {
    ...plain(
      'bare',
      'plain node:http with server.close() on SIGTERM, behind a preStop sleep of 5 s; has to lose requests on connections in use',
    ),
    // Each cuts about three slow requests, and resets a connection in use.
    restarts: 3,
    lanes: defaultLaneNames,
    values: ['command={node,bare.ts}', 'minReadySeconds=1'],
    // No new connection finds it any more; those that are open are closed under their next request.
    judge: (outcome) => judgeControl(outcome, [['keep-alive', 'think-time', 'slow']]),
  },
  {
    ...plain('short-grace', 'a grace period that is shorter than the shutdown; the report has to say so'),
    lanes: defaultLaneNames,
    values: h2c,
    patch: { spec: { terminationGracePeriodSeconds: 6 } },
    judge: (outcome) => judgeFault(outcome, /did not end within the grace period/),
  },
  {
    ...plain('stays-ready', 'a readiness probe that asks /livez; the report has to say so'),
    lanes: defaultLaneNames,
    values: h2c,
    patch: { spec: { containers: [{ name: 'app', readinessProbe: { httpGet: { path: '/livez' } } }] } },
    judge: (outcome) => judgeFault(outcome, /^the readiness probe of 3 of 3 pods passed until/),
  },
  {
    ...slowReading('tail', 'large answers at 1 MB/s, still being read when the drain begins'),
    judge: judgeTails,
  },
  {
    ...slowReading('tail-bare', 'the same with plain node:http and server.close(); has to cut answers'),
    values: [noHook, 'command={node,bare.ts}'],
    judge: judgeTailControl,
  },
  spared('policy', 'an unchanged Express application in a plain manifest, set by charts/lastcall-policies', {
    image: 'express',
    manifests: 'e2e/policy.yaml',
    before: installPolicies,
    replicas: 2,
    lanes: defaultLaneNames,
  }),
  ...workerScenarios,
  spared('supervised', 'under lastcall run, as the first process of its pods', {
    ...supervised,
    replicas: 2,
  }),
  {
    ...plain('in-place', 'restarts in place in the only pod: by SIGHUP, and by a changed ConfigMap'),
    ...supervised,
    restarts: 0,
    flags: ['--trigger', 'none', '--duration', '120s'],
    meanwhile: restartInPlace,
    judge: judgeInPlace,
  },
  foreign('go', 'a Go server with http.Server.Shutdown behind a preStop sleep of 5 s'),
  foreign('nginx', 'nginx, which finishes what it has at SIGQUIT, behind a preStop sleep of 5 s'),
  // The last one, because kube-proxy stays as it is then.
  spared('nftables', 'kube-proxy with nftables', { before: (cluster) => cluster.useNftables() }),
]

/** A server that is not written in Node.js, with the lanes that `lastcall rollout` finds for it. */
function foreign(image: 'go' | 'nginx', about: string): Judged {
  const flags = ['--budget', 'keep-alive=100%', '--budget', 'think-time=100%']
  return { ...plain(image, about), image, lanes: [], flags, judge: judgeForeign }
}

/** One way more in which pods go away, once, where nothing may be lost either. */
function spared(name: string, about: string, changes: Partial<Scenario>): Judged {
  return { ...plain(name, about), lanes: mostLanes, values: h2c, ...changes, judge: judgeSpared }
}

/**
 * A scenario with slow readers. Without a preStop sleep, because it would outlast the answers that were begun
 * before the pod left its endpoints.
 */
function slowReading(name: string, about: string): Scenario {
  const values = [noHook]
  return { ...plain(name, about), restarts: 2, rate: 50, lanes: ['new-connections', slowReader.name], values }
}

type Kind = Pick<Scenario, 'image' | 'restarts' | 'values'> &
  Partial<Pick<Scenario, 'lanes' | 'replicas'>> & {
    /** How many restarts it takes to send what others send in one. 1 */
    readonly share?: number
    /** Part of the rate that is sent. 1 */
    readonly pace?: number
  }

/** A scenario that the flags apply to. */
function zeroLoss(
  name: string,
  about: string,
  { share = 1, pace = 1, ...kind }: Kind,
): (asked: Asked) => Judged {
  return ({ restarts: wanted, rate }) => {
    const restarts = wanted === undefined ? kind.restarts : Math.ceil(wanted * share)
    return {
      ...plain(name, about),
      lanes: mostLanes,
      ...kind,
      restarts,
      rate: Math.ceil(rate * pace),
      leastRequests: leastRequestsIn(restarts / share, rate),
      judge: judgeZeroLoss,
    }
  }
}
