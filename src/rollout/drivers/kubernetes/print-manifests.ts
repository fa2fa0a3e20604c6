import type { RunOptions } from '../../run.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import { jobManifest, otherManifests } from './manifests.ts'
import { planAgent } from './remote-agent.ts'

/**
 * The objects of an agent that does the whole run alone, as a list that `kubectl apply -f -` reads. The Job's
 * exit code is that of the verdict, which is at the end of its log.
 */
export function renderManifests(options: KubernetesOptions, run: Omit<RunOptions, 'load'>): string {
  const plan = planAgent(options, {
    load: options.load,
    trigger: options.trigger,
    restarts: run.restarts,
    durationMs: run.durationMs ?? null,
    baselineMs: run.baselineMs,
    coolDownMs: run.coolDownMs,
    budgets: run.budgets ?? [],
    rolloutTimeoutMs: options.rolloutTimeoutMs,
    replicas: options.found.workload.replicas,
  })
  const items = [...otherManifests(plan), jobManifest(plan)].map(({ object }) => object)
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 2)}\n`
}
