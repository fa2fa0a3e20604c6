import { defaultLaneNames, laneNames } from '../src/load/lanes/index.ts'
import type { LaneName } from '../src/load/sample.ts'
import { imageOf } from './images.ts'
import { http2Port } from './load-pod.ts'
import type { Outcome, Scenario } from './scenario.ts'
import {
  defaultRate,
  judgeControl,
  judgeTailControl,
  judgeTails,
  type Judgement,
  judgeZeroLoss,
  leastRequestsIn,
} from './verdict.ts'

/** A scenario and what is expected of it. */
export type Judged = Scenario & { readonly judge: (outcome: Outcome) => Judgement }

/** What the command line says about the scenarios that must not lose anything. */
interface Asked {
  /** Undefined: as many as each has by default. */
  readonly restarts: number | undefined
  readonly rate: number
}

const h2c = ['extraPorts[0].name=h2c', `extraPorts[0].port=${http2Port}`]
const noPreStop = ['lifecycle.preStop.mode=none', 'lifecycle.shutdownDelaySeconds=0', 'minReadySeconds=1']
/** What `next start` and the standalone server serve. */
const nextLanes: readonly LaneName[] = [...defaultLaneNames, 'stream', 'sse']

/** All of them, in the order in which they are played. */
export function listScenarios(restarts: number | undefined, rate: number): readonly Judged[] {
  return scenarios.map((scenario) =>
    typeof scenario === 'function' ? scenario({ restarts, rate }) : scenario,
  )
}

const scenarios: readonly (Judged | ((asked: Asked) => Judged))[] = [
  zeroLoss('protected', "lastcall with the chart's defaults", {
    example: 'fastify',
    restarts: 8,
    metrics: true,
    values: h2c,
  }),
  zeroLoss('express', 'an unchanged Express application in an image with lastcall, lifecycle.auto', {
    example: 'express',
    restarts: 2,
    values: [...h2c, 'lifecycle.auto=true'],
  }),
  zeroLoss(
    'next',
    'an unchanged Next.js application, lastcall from the init container of lifecycle.autoImage',
    {
      example: 'next',
      restarts: 2,
      // Half of the paced lanes, and a request costs Next.js too much processor time to send it more often.
      share: 1.7,
      lanes: nextLanes,
      values: ['lifecycle.auto=true', `lifecycle.autoImage=${imageOf('fastify')}`],
    },
  ),
  {
    name: 'control',
    about: 'the same as protected without preStop and without shutdown delay; has to lose requests',
    example: 'fastify',
    restarts: 2,
    rate: defaultRate,
    lanes: laneNames,
    leastRequests: 0,
    metrics: true,
    values: [...h2c, ...noPreStop],
    // Its listener closes at the signal while clients still find it: with their first request, or when they
    // come back from an orderly close.
    judge: (outcome) => judgeControl(outcome, [['new-connections'], ['http2', 'websocket', 'sse']]),
  },
  {
    name: 'bare',
    about:
      'plain node:http with server.close() on SIGTERM, behind a preStop sleep of 5 s; has to lose requests on connections in use',
    example: 'fastify',
    // Each loses one or two requests.
    restarts: 8,
    rate: defaultRate,
    lanes: defaultLaneNames,
    leastRequests: 0,
    metrics: false,
    values: ['command={node,bare.ts}', 'minReadySeconds=1'],
    // No new connection finds it any more; those that are open are closed under their next request.
    judge: (outcome) => judgeControl(outcome, [['keep-alive', 'think-time', 'slow']]),
  },
  {
    ...slowReading('tail', 'large answers at 1 MB/s, still being read when the drain begins'),
    judge: judgeTails,
  },
  {
    ...slowReading('tail-bare', 'the same with plain node:http and server.close(); has to cut answers'),
    values: ['lifecycle.preStop.mode=none', 'command={node,bare.ts}'],
    judge: judgeTailControl,
  },
]

/**
 * A scenario with slow readers. Without a preStop sleep, because it would outlast the answers that were begun
 * before the pod left its endpoints.
 */
function slowReading(name: string, about: string): Scenario {
  return {
    name,
    about,
    example: 'fastify',
    restarts: 2,
    rate: 50,
    lanes: ['new-connections'],
    leastRequests: 0,
    metrics: false,
    slowReaders: 18,
    values: ['lifecycle.preStop.mode=none'],
  }
}

type Kind = Pick<Scenario, 'example' | 'restarts' | 'values'> &
  Partial<Pick<Scenario, 'lanes' | 'metrics'>> & {
    /** How many restarts it takes to send what others send in one. 1 */
    readonly share?: number
  }

/** A scenario that the flags apply to. */
function zeroLoss(name: string, about: string, { share = 1, ...kind }: Kind): (asked: Asked) => Judged {
  return ({ restarts: wanted, rate }) => {
    const restarts = wanted === undefined ? kind.restarts : Math.ceil(wanted * share)
    return {
      lanes: laneNames,
      metrics: false,
      ...kind,
      name,
      about,
      restarts,
      rate,
      leastRequests: leastRequestsIn(restarts / share, rate),
      judge: judgeZeroLoss,
    }
  }
}
