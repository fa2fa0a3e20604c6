import type { AgentPlan } from '../../src/rollout/drivers/kubernetes/agent-plan.ts'

/** The plan of an agent for the Deployment `shop`, whose account is created with it. */
export const agentPlan: AgentPlan = {
  name: 'lastcall-1',
  workload: { namespace: 'ns', kind: 'Deployment', name: 'shop', resource: 'deployments' },
  image: 'node:24-slim',
  imagePullSecrets: [],
  bundle: Buffer.from('packed'),
  job: { service: 'shop' },
  deadlineSeconds: 180,
  graceSeconds: 60,
  serviceAccount: undefined,
  observeFrom: 'cluster',
  generators: 1,
  node: undefined,
  alone: undefined,
}
