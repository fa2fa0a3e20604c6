import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { startSupervised } from '../helpers/supervised.ts'

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: every generation drains, and the exit code is 0`, async (t) => {
    const supervised = await startSupervised(t)
    await supervised.serves(1)
    const slow = supervised.get('/slow?ms=1000')
    await eventually('the request is in flight', async () => {
      return (await supervised.status()).generations[0]?.inFlight?.request === 1
    })
    supervised.child.kill(signal)
    assert.equal((await slow).generation, '1')
    assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
  })
}

test('a child that ignores SIGTERM is hammered: SIGTERM again, then SIGKILL', async (t) => {
  const supervised = await startSupervised(t, {
    release: { version: '1', behaviour: 'stays' },
    args: ['--hammer-after', '500ms'],
  })
  await supervised.serves(1)
  supervised.child.kill('SIGTERM')
  assert.notEqual((await supervised.child.exit()).code, 0)
})
