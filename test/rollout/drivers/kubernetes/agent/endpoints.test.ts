import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createEndpointTracker } from '../../../../../src/rollout/drivers/kubernetes/agent/endpoints.ts'
import type { EndpointSliceObject } from '../../../../../src/rollout/drivers/kubernetes/api/objects.ts'

type Endpoint = NonNullable<NonNullable<EndpointSliceObject['endpoints']>[number]>

const endpoint = (
  pod: string,
  conditions: Endpoint['conditions'] = { ready: true, serving: true },
): Endpoint => ({
  addresses: [`10.0.0.${pod}`],
  conditions: { terminating: false, ...conditions },
  targetRef: { name: pod },
})
const slice = (name: string, ...endpoints: Endpoint[]): EndpointSliceObject => ({
  metadata: { name, uid: `uid-${name}` },
  endpoints,
})

suite('createEndpointTracker()', () => {
  test('reports an address when it comes, changes and goes, and nothing in between', () => {
    const tracker = createEndpointTracker()
    const take = (...endpoints: Endpoint[]): readonly string[] =>
      tracker
        .take(slice('a', ...endpoints), false)
        .map(
          ({ pod, ready, serving, terminating, gone }) =>
            `${pod} ${[ready, serving, terminating, gone].map(Number).join('')}`,
        )
    assert.deepEqual(take(endpoint('1'), endpoint('2')), ['1 1100', '2 1100'])
    assert.deepEqual(take(endpoint('1'), endpoint('2')), [])
    assert.deepEqual(take(endpoint('1', { ready: false, serving: true, terminating: true }), endpoint('2')), [
      '1 0110',
    ])
    assert.deepEqual(take(endpoint('2')), ['1 0011'])
  })

  test('an address that moves to another slice has not gone', () => {
    const tracker = createEndpointTracker()
    tracker.take(slice('a', endpoint('1')), false)
    assert.deepEqual(tracker.take(slice('b', endpoint('1')), false), [])
    assert.deepEqual(tracker.take(slice('a'), true), [])
    assert.equal(tracker.take(slice('b'), true)[0]?.gone, true)
  })

  test('a condition that is not set means ready, and serving is what ready is', () => {
    const tracker = createEndpointTracker()
    const [unknown] = tracker.take(
      { metadata: { name: 'a', uid: 'a' }, endpoints: [{ addresses: ['::1'] }] },
      false,
    )
    assert.deepEqual(
      [unknown?.ready, unknown?.serving, unknown?.terminating, unknown?.pod],
      [true, true, false, ''],
    )
    assert.deepEqual(tracker.take({ metadata: { name: 'b', uid: 'b' }, endpoints: null }, false), [])
  })
})
