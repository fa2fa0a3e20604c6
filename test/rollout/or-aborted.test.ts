import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { orAborted } from '../../src/rollout/or-aborted.ts'

suite('orAborted()', () => {
  test('settles as the promise does', async () => {
    const { signal } = new AbortController()
    assert.equal(await orAborted(Promise.resolve(7), signal), 7)
    await assert.rejects(orAborted(Promise.reject(new Error('no')), signal), { message: 'no' })
  })

  test('rejects with the reason of the signal when that comes first', async () => {
    const ending = new AbortController()
    const waiting = orAborted(new Promise(() => undefined), ending.signal)
    ending.abort(new Error('enough'))
    await assert.rejects(waiting, { message: 'enough' })
  })

  test('leaves no unhandled rejection behind when the signal was aborted before', async (t) => {
    const unhandled: unknown[] = []
    const listener = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', listener)
    t.after(() => process.off('unhandledRejection', listener))
    const late = Promise.withResolvers<never>()
    await assert.rejects(orAborted(late.promise, AbortSignal.abort(new Error('enough'))), {
      message: 'enough',
    })
    late.reject(new Error('nobody waits for this'))
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(unhandled, [])
  })
})
