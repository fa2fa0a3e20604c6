import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSupervised } from '../helpers/supervised.ts'

test('the hooks of a signal run before and after the order to restart', async (t) => {
  const supervised = await startSupervised(t, { release: { version: '1', behaviour: 'has hooks' } })
  await supervised.serves(1)
  supervised.child.kill('SIGHUP')
  await supervised.child.line(/restart completed/, 'stderr')
  await supervised.settles()
  // What the hook `before` has written is what the next generation has read.
  assert.equal((await supervised.get()).version, 'of the hook')
  await supervised.child.line(/^hook after SIGHUP$/)
})
