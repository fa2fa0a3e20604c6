import { sendsToPods } from '../src/load/lanes/index.ts'
import { clientNode, namespace, RELEASE } from './cluster.ts'
import { imageOf } from './images.ts'
import type { Scenario } from './scenario.ts'

/** The arguments of `lastcall` that play a scenario. */
export function argumentsOf({ restarts, rate, lanes, flags = [] }: Scenario): readonly string[] {
  const often = restarts === 0 ? [] : ['--restarts', String(restarts)]
  const what = ['rollout', `deployment/${RELEASE}`, '-n', namespace, ...often]
  // Any image with Node.js will do for the agent; this one is on every node.
  const agent = ['--image', imageOf('fastify'), '--node', clientNode]
  const chosen = lanes.length === 0 ? [] : ['--lanes', lanes.join(',')]
  const hasRequests = lanes.length === 0 || sendsToPods(lanes)
  const paced = hasRequests ? ['--rate', String(rate)] : []
  const slow = lanes.length > 0 && hasRequests ? ['--slow-time', '4s'] : []
  return [...what, ...agent, ...paced, ...chosen, ...slow, ...flags]
}
