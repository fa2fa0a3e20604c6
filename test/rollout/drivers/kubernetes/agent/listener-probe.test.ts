import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { probeListener } from '../../../../../src/rollout/drivers/kubernetes/agent/listener-probe.ts'
import { eventually } from '../../../../helpers/eventually.ts'

suite('probeListener()', () => {
  test('says when a listener stops to accept and accepts again, and when it last did', async (t) => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const seen: { state: string; atMs: number; lastOtherMs: number | null }[] = []
    const ending = new AbortController()
    const probing = probeListener(
      { host: '127.0.0.1', port },
      (state, atMs, lastOtherMs) => seen.push({ state, atMs, lastOtherMs }),
      ending.signal,
    )
    t.after(() => server.close())
    await eventually('it accepts', () => seen.length === 1)
    server.close()
    await eventually('it refuses', () => seen.length === 2)
    server.listen(port, '127.0.0.1')
    await eventually('it accepts again', () => seen.length === 3)
    ending.abort()
    await probing
    assert.deepEqual(
      seen.map(({ state }) => state),
      ['accepting', 'refused', 'accepting'],
    )
    const [first, refused, again] = seen
    assert.equal(first?.lastOtherMs, null)
    assert.ok(refused!.lastOtherMs! >= first!.atMs && refused!.lastOtherMs! < refused!.atMs)
    assert.ok(again!.lastOtherMs! >= refused!.atMs)
  })

  test('ends with its signal, and says nothing of a connect that it cuts off itself', async () => {
    const ending = new AbortController()
    const seen: string[] = []
    // TEST-NET-1: nobody answers, or there is no route.
    const probing = probeListener({ host: '192.0.2.1', port: 9 }, (state) => seen.push(state), ending.signal)
    ending.abort()
    await probing
    assert.deepEqual(seen, [])
  })
})
