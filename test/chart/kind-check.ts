/**
 * What the check of charts/lastcall-policies says in a real API server. {@link file://../../e2e/admission.ts}
 * runs it with the KUBECONFIG of a cluster where the policies are installed.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { podOf } from '../../e2e/policies.ts'
import { checkBudget } from '../../src/core/budget.ts'
import { annotated, anyPod, created, optionsIn, pieces, refused, SAMPLES } from './admitted.ts'

suite('the policy that checks', () => {
  test('its sum is that of lastcall, in the same words', async () => {
    const verdicts = new Set<boolean>()
    await fc.assert(
      fc.asyncProperty(anyPod, async (pod) => {
        const { container, spec } = pieces(pod)
        const options = optionsIn(pod.env as Record<string, string>)
        const preStopMs = pod.seconds === null ? options.preStopMs : pod.seconds * 1_000
        const [problem] = checkBudget({ ...options, preStopMs }, pod.grace * 1_000)
        verdicts.add(problem === undefined)
        const asked = podOf('check', container, spec)
        if (problem === undefined) await created(asked)
        else assert.equal(await refused(asked), `container app: ${problem}`)
      }),
      SAMPLES,
    )
    assert.deepEqual(verdicts, new Set([true, false]))
  })

  const env = (name: string, value: string): object => ({ env: [{ name, value }] })
  const fromSecret = (name: string): object => ({
    env: [{ name, valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }],
  })
  const exec = { preStop: { exec: { command: ['sleep', '5'] } } }
  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['a label that says something else', podOf('yes'), /lastcall\.dev\/policy is yes: set it to check, set/],
    [
      'a duration that lastcall cannot read',
      podOf('check', env('LASTCALL_DRAIN_TIMEOUT', '15 s')),
      /^container app: LASTCALL_DRAIN_TIMEOUT is 15 s, which cannot be added up: give it a duration such as 5s/,
    ],
    [
      'a duration that cannot be seen',
      podOf('set', fromSecret('LASTCALL_DRAIN_TIMEOUT')),
      /LASTCALL_DRAIN_TIMEOUT has a valueFrom, which cannot be added up/,
    ],
    [
      'a grace period that cannot be seen',
      podOf('set', fromSecret('LASTCALL_GRACE_PERIOD')),
      /LASTCALL_GRACE_PERIOD has a valueFrom, which cannot be added up/,
    ],
    [
      'a hook whose time cannot be seen',
      podOf('set', { lifecycle: exec }),
      /how long its preStop hook takes cannot be seen: replace it by the sleep action, or say it in LASTCALL_PRE_STOP/,
    ],
    [
      'a grace period that lastcall would be wrong about',
      podOf('check', env('LASTCALL_GRACE_PERIOD', '60s')),
      /LASTCALL_GRACE_PERIOD and terminationGracePeriodSeconds \(30s\) differ/,
    ],
    [
      'NODE_OPTIONS that nothing can be appended to',
      podOf('auto', fromSecret('NODE_OPTIONS')),
      /label lastcall\.dev\/policy is auto, and nothing has put lastcall\/auto into NODE_OPTIONS/,
    ],
    [
      'the name of a container that is not there',
      annotated(podOf('set'), 'server'),
      /annotation lastcall\.dev\/container is server, and the pod has no such container: name one of app/,
    ],
  ]
  for (const [what, pod, words] of refusals) {
    test(`${what} is refused`, async () => assert.match(await refused(pod), words))
  }

  test('a hook whose time is said is part of the sum', async () => {
    const told = { lifecycle: exec, ...env('LASTCALL_PRE_STOP', '6s') }
    assert.match(await refused(podOf('check', told)), /preStop 6s \+ .* = 31s is more than the grace period/)
    assert.equal((await created(podOf('set', told))).terminationGracePeriodSeconds, 31)
  })
})
