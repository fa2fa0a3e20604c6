import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { HeldSocket } from '../../../src/supervisor/sockets/held-socket.ts'
import { startQueueing } from '../../../src/supervisor/sockets/start-queueing.ts'
import { eventually } from '../../helpers/eventually.ts'
import { fakeSystemdNotify } from '../../helpers/fake-systemd-notify.ts'
import { holdSockets } from '../../helpers/generation.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { startSupervised } from '../../helpers/supervised.ts'

/** A socket on which clients queue, as one of a socket unit: nobody else can listen at its address. */
async function socketUnit(t: TestContext): Promise<HeldSocket & { readonly port: number }> {
  const [socket] = await holdSockets(t, 'http')
  assert.ok(socket?.port !== undefined)
  startQueueing([socket])
  return socket as HeldSocket & { readonly port: number }
}

test('started with a socket of systemd: it serves there, restarts there, and leaves it open', async (t) => {
  const activated = await socketUnit(t)
  const early = httpGet(activated.port, '/')
  const supervised = await startSupervised(t, { activated })
  assert.equal((await early).status, 200)
  supervised.release({ version: '2' })
  assert.equal(await supervised.restart(), 'completed')
  await eventually('the next generation answers', async () => (await supervised.get()).version === '2')
  supervised.child.kill('SIGTERM')
  assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
  // `systemctl restart` replaces the supervisor: who connects in between is not refused.
  const late = httpGet(activated.port, '/')
  const next = await startSupervised(t, { activated })
  assert.equal((await late).status, 200)
  next.child.kill('SIGTERM')
  assert.equal((await next.child.exit()).code, 0)
})

test('systemd is told of the start, of each restart and of the stop, in order, and never of a new main process', async (t) => {
  const { env, calls } = fakeSystemdNotify(t)
  const supervised = await startSupervised(t, { env })
  await supervised.serves(1)
  assert.equal(await supervised.restart(), 'completed')
  supervised.release({ version: '2', behaviour: 'ends at once' })
  assert.equal(await supervised.restart(), 'failed')
  await eventually('the end of the second reload is told', () => calls().length === 5)
  supervised.child.kill('SIGTERM')
  assert.equal((await supervised.child.exit()).code, 0)
  const told = calls().map((call) => call.replace(/MONOTONIC_USEC=\d+ /, ''))
  assert.deepEqual(told, [
    'READY=1 STATUS=generation 1 serves',
    'RELOADING=1 STATUS=restarting in place',
    'READY=1 STATUS=generation 2 serves',
    'RELOADING=1 STATUS=restarting in place',
    'READY=1 STATUS=generation 2 serves; last failure: generation 3 exited with code 7 before it was ready',
    'STOPPING=1 STATUS=draining',
  ])
})
