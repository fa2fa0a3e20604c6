import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ended, observe, ready } from '../../../helpers/observed-pods.ts'

suite('createObservedPods(): what a driver waits for', () => {
  test('there() and until() leave out pods that are gone, and those whose object stays after an eviction', async () => {
    const { pods, pod } = observe()
    const names = (): readonly string[] => pods.there().map(({ name }) => name)
    for (const uid of ['a', 'b', 'c']) pod({ uid, name: uid }, 'ADDED')
    const alone = pods.until((there) => there.length === 1)
    pod({ uid: 'a', name: 'a' }, 'DELETED')
    pod({ uid: 'b', name: 'b', phase: 'Failed', reason: 'Evicted' })
    await alone
    assert.deepEqual(names(), ['c'])
  })

  test('newOnesReady() and gone() resolve when it is so, and reject when the agent is lost', async () => {
    const { pods, pod } = observe()
    const one = { uid: 'b', name: 'b' }
    pod(ready, 'ADDED')
    const old = pods.present()
    const steps: string[] = []
    const waits = [
      pods.newOnesReady(1, old).then(() => steps.push('new')),
      pods.gone(old, false).then(() => steps.push('gone')),
    ]
    pod({ ...ready, ...one }, 'ADDED')
    await waits[0]
    assert.deepEqual(steps, ['new'])
    await pods.gone(old, true)
    pod(ended(0), 'DELETED')
    await Promise.all(waits)
    assert.deepEqual(steps, ['new', 'gone'])
    const forEver = pods.newOnesReady(5, old)
    pods.fail(new Error('lost'))
    await assert.rejects(forEver, { message: 'lost' })
  })
})
