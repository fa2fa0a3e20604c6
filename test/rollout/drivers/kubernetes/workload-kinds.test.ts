import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseWorkloadName } from '../../../../src/rollout/drivers/kubernetes/workload-kinds.ts'

suite('parseWorkloadName()', () => {
  for (const [words, kind] of [
    ['deployment/shop', 'Deployment'],
    ['deploy/shop', 'Deployment'],
    ['Deployment.apps/shop', 'Deployment'],
    ['deployments.v1.apps/shop', 'Deployment'],
    ['sts/shop', 'StatefulSet'],
    ['statefulset shop', 'StatefulSet'],
    ['ds/shop', 'DaemonSet'],
  ] as const) {
    test(`reads '${words}' as kubectl does`, () => {
      const found = parseWorkloadName(words.split(' '))
      assert.deepEqual([found.kind, found.name, found.resource], [kind, 'shop', `${kind.toLowerCase()}s`])
    })
  }

  for (const words of [
    'rollout/shop',
    'rollouts/shop',
    'rollout.argoproj.io/shop',
    'rollouts.v1alpha1.argoproj.io/shop',
    'ro/shop',
  ]) {
    test(`names the Argo Rollout '${words}' as not yet supported`, () => {
      assert.throws(() => parseWorkloadName([words]), {
        code: 'LASTCALL_USAGE',
        message: /is an Argo Rollout, which is not supported yet; wanted a deployment/,
      })
    })
  }

  for (const words of [
    'shop',
    'pod/shop',
    'deployment/',
    'deploy/shop/x',
    'deployments.example.com/shop',
    'rollouts.example.com/shop',
  ]) {
    test(`refuses '${words}' and says what it wants`, () => {
      assert.throws(() => parseWorkloadName([words]), {
        code: 'LASTCALL_USAGE',
        message: `The command line cannot be used: got '${words}', wanted a deployment, statefulset or daemonset such as deployment/shop`,
      })
    })
  }
})
