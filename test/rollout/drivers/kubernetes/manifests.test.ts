import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Manifest } from '../../../../src/rollout/drivers/kubernetes/agent-plan.ts'
import { jobManifest, otherManifests } from '../../../../src/rollout/drivers/kubernetes/manifests.ts'
import { agentPlan } from '../../../helpers/agent-plan.ts'

const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'lastcall-1', uid: 'u1' }

interface PodSpec {
  readonly serviceAccountName?: string
  readonly automountServiceAccountToken: boolean
  readonly nodeName?: string
  readonly topologySpreadConstraints?: readonly object[]
  readonly securityContext: object
  readonly containers: readonly {
    readonly command: readonly string[]
    readonly securityContext: object
    readonly resources: { readonly requests: object; readonly limits: object }
  }[]
}

function podSpecOf({ object }: Manifest): PodSpec {
  return (object as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec
}

suite('manifests of the agent', () => {
  test('the Job ends by itself, is not tried twice, and is cleared away', () => {
    const { spec } = jobManifest(agentPlan).object as unknown as { spec: Record<string, unknown> }
    assert.deepEqual(
      [spec['activeDeadlineSeconds'], spec['backoffLimit'], spec['ttlSecondsAfterFinished']],
      [180, 0, 60],
    )
  })

  test('the Job has no pod until the account of the pod is there; alone it has one at once', () => {
    const parallelism = (of: typeof agentPlan): unknown =>
      (jobManifest(of).object as unknown as { spec: Record<string, unknown> }).spec['parallelism']
    assert.deepEqual(
      [parallelism(agentPlan), parallelism({ ...agentPlan, alone: 'restart' as const })],
      [0, 1],
    )
  })

  test('everything else belongs to the Job, so that one delete takes it all', () => {
    const others = otherManifests(agentPlan, owner)
    assert.deepEqual(
      others.map(({ object }) => object.kind),
      ['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap'],
    )
    for (const { object } of others) assert.deepEqual(object.metadata.ownerReferences, [owner])
  })

  test('every object is in the namespace of the workload, with the name and the label of the run', () => {
    for (const { path, object } of [jobManifest(agentPlan), ...otherManifests(agentPlan)]) {
      assert.match(path, /\/namespaces\/ns\//)
      assert.deepEqual([object.metadata.name, object.metadata.namespace], ['lastcall-1', 'ns'])
      assert.equal(object.metadata.labels['lastcall.dev/run'], 'lastcall-1')
    }
  })

  test('the pod keeps to the restricted Pod Security standard, with requests and limits', () => {
    const { securityContext, containers } = podSpecOf(jobManifest(agentPlan))
    const [container] = containers
    assert.deepEqual(securityContext, {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    assert.deepEqual(container?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    assert.deepEqual(Object.keys(container?.resources ?? {}), ['requests', 'limits'])
  })

  test('the agent may look and nothing more', () => {
    const [, role] = otherManifests(agentPlan)
    const { rules } = role!.object as unknown as {
      rules: readonly { resources: string[]; verbs: string[] }[]
    }
    assert.deepEqual([...new Set(rules.flatMap(({ verbs }) => verbs))], ['get', 'list', 'watch'])
    assert.deepEqual(
      rules.flatMap(({ resources }) => resources),
      ['pods', 'events', 'endpointslices', 'configmaps'],
    )
  })

  test('an agent that runs alone may restart the one workload, and its log stays for an hour', () => {
    const alone = { ...agentPlan, alone: 'restart' as const }
    const [, role] = otherManifests(alone)
    const { rules } = role!.object as unknown as { rules: readonly object[] }
    assert.deepEqual(rules.at(-1), {
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: ['shop'],
      verbs: ['get', 'list', 'watch', 'patch'],
    })
    const { spec } = jobManifest(alone).object as unknown as { spec: Record<string, unknown> }
    assert.equal(spec['ttlSecondsAfterFinished'], 3_600)
  })

  test('with an account of the user no account, role or binding is created', () => {
    const named = { ...agentPlan, serviceAccount: 'watcher' }
    assert.deepEqual(
      otherManifests(named).map(({ object }) => object.kind),
      ['ConfigMap'],
    )
    assert.equal(podSpecOf(jobManifest(named)).serviceAccountName, 'watcher')
  })

  test('an agent that does not observe has no account, and no token of any other', () => {
    const blind = { ...agentPlan, observeFrom: 'here' as const }
    assert.deepEqual(
      otherManifests(blind).map(({ object }) => object.kind),
      ['ConfigMap'],
    )
    const spec = podSpecOf(jobManifest(blind))
    assert.deepEqual([spec.serviceAccountName, spec.automountServiceAccountToken], [undefined, false])
    assert.equal(podSpecOf(jobManifest(agentPlan)).automountServiceAccountToken, true)
  })

  test('a node that is named is for the agent, and otherwise the scheduler decides', () => {
    assert.equal(podSpecOf(jobManifest({ ...agentPlan, node: 'worker-3' })).nodeName, 'worker-3')
    assert.equal('nodeName' in podSpecOf(jobManifest(agentPlan)), false)
  })

  test('several generators are the pods of an indexed Job, on different nodes where there are some', () => {
    const several = { ...agentPlan, generators: 3 }
    const { spec } = jobManifest(several).object as unknown as { spec: Record<string, unknown> }
    assert.deepEqual([spec['parallelism'], spec['completions'], spec['completionMode']], [0, 3, 'Indexed'])
    assert.deepEqual(podSpecOf(jobManifest(several)).topologySpreadConstraints, [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'lastcall.dev/run': 'lastcall-1' } },
      },
    ])
  })

  test('one generator, and a node that is named, leave nothing to spread', () => {
    const spec = jobManifest(agentPlan).object['spec'] as Record<string, unknown>
    assert.deepEqual(['completions' in spec, 'completionMode' in spec], [false, false])
    for (const plan of [agentPlan, { ...agentPlan, generators: 3, node: 'worker-3' }])
      assert.equal('topologySpreadConstraints' in podSpecOf(jobManifest(plan)), false)
  })

  test('the ConfigMap has the agent and its job', () => {
    const { object } = otherManifests(agentPlan).at(-1)!
    assert.deepEqual(object['binaryData'], { 'agent.mjs.gz': Buffer.from('packed').toString('base64') })
    assert.deepEqual(object['data'], { 'job.json': '{"service":"shop"}' })
  })
})
