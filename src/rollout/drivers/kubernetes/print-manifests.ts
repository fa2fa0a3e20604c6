import type { RunOptions } from '../../run.ts'
import { appliedBytes, MAX_APPLIED_BYTES } from './applied-bytes.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import { jobManifest, otherManifests } from './manifests.ts'
import { planAgent } from './remote-agent.ts'
import { triggers } from './triggers/triggers.ts'

/** The output of `--print-manifests`. */
export interface PrintedManifests {
  /** A list for `kubectl apply -f -`. */
  readonly text: string
  /** A hint when the user needs another command, to create the objects or to end the run early. */
  readonly hint: string | undefined
}

/**
 * The objects of an agent that does the whole run alone. The Job's exit code is that of the verdict, which is
 * at the end of its log.
 */
export function renderManifests(options: KubernetesOptions, run: Omit<RunOptions, 'load'>): PrintedManifests {
  const plan = planAgent(options, {
    load: options.load,
    trigger: options.trigger,
    restarts: run.restarts,
    durationMs: run.durationMs ?? null,
    baselineMs: run.baselineMs,
    coolDownMs: run.coolDownMs,
    budgets: run.budgets ?? [],
    rolloutTimeoutMs: options.rolloutTimeoutMs,
    ...(options.toImage !== undefined && { toImage: options.toImage }),
    replicas: options.found.workload.replicas,
  })
  const items = [...otherManifests(plan), jobManifest(plan)].map(({ object }) => object)
  const text = `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 2)}\n`
  const hints = [creatingHint(items), endingHint(options, plan.name)].filter((hint) => hint !== undefined)
  return { text, hint: hints.length === 0 ? undefined : hints.join('\n') }
}

function creatingHint(items: readonly object[]): string | undefined {
  if (items.every((object) => appliedBytes(object) <= MAX_APPLIED_BYTES)) return undefined
  return (
    'These objects are too long for kubectl apply, which keeps a copy of each. ' +
    'Create them with kubectl create -f.'
  )
}

/** kubectl deletes all objects of a file at once and waits only afterwards, whatever their order. */
function endingHint({ trigger, found }: KubernetesOptions, name: string): string | undefined {
  const { takesBack } = triggers[trigger]
  if (takesBack === undefined) return undefined
  const command = `kubectl delete job ${name} -n ${found.workload.namespace} --cascade=foreground`
  return (
    `To end this run early, first end its Job and wait: ${command}\n` +
    'Then delete the rest with kubectl delete -f and the same file. ' +
    `Deleting all objects at once removes the agent's role before it can ${takesBack}.`
  )
}
