import assert from 'node:assert/strict'
import { createServer, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { suite, test } from 'node:test'
import { Spread } from '../../../src/node/drain/spread.ts'
import { adapterFor } from '../../../src/node/drain/servers/serve.ts'
import { manualClock } from '../../helpers/manual-clock.ts'
import { contextOf } from './setup.ts'

suite('Spread', () => {
  test('gives the first one its turn at once and each other one 20 ms later', (t) => {
    const clock = manualClock(t)
    const turns: number[] = []
    const spread = new Spread<number>(10_000, (n) => turns.push(n))
    spread.start([0, 1, 2])
    assert.deepEqual(turns, [0])
    clock.tick(20)
    assert.deepEqual(turns, [0, 1])
    clock.tick(20)
    assert.deepEqual(turns, [0, 1, 2])
  })

  test('spreads many over the window, and is through at its end', (t) => {
    const clock = manualClock(t)
    let turns = 0
    const spread = new Spread<number>(1_000, () => turns++)
    spread.start(Array.from({ length: 10_000 }, (_, n) => n))
    clock.tick(500)
    assert.ok(turns > 4_900 && turns < 5_100, `${turns} after half of the window`)
    clock.tick(500)
    assert.equal(turns, 10_000)
  })

  test('a late one waits its turn, also when nobody is before it, and has it at once after the window', (t) => {
    const clock = manualClock(t)
    const turns: string[] = []
    const spread = new Spread<string>(100, (name) => turns.push(name))
    spread.start(['a'])
    spread.add('b')
    spread.add('c')
    clock.tick(19)
    assert.deepEqual(turns, ['a'])
    clock.tick(1)
    assert.deepEqual(turns, ['a', 'b'])
    clock.tick(80)
    spread.add('d')
    spread.add('e')
    clock.tick(1)
    assert.deepEqual(turns, ['a', 'b', 'c', 'd', 'e'])
  })

  test('one that is taken out, or left when all is stopped, has no turn', (t) => {
    const clock = manualClock(t)
    const turns: number[] = []
    const spread = new Spread<number>(1_000, (n) => turns.push(n))
    spread.start([0, 1, 2, 3])
    spread.delete(1)
    clock.tick(20)
    spread.stop()
    clock.tick(2_000)
    assert.deepEqual(turns, [0, 2])
  })

  test('1001 goes to all of 10,000 WebSockets within half of the drain timeout', async (t) => {
    const server = createServer()
    server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n'))
    const adapter = adapterFor(server, contextOf({ drainTimeoutMs: 15_000 }))
    t.after(() => adapter.release())
    let closed = 0
    for (let n = 0; n < 10_000; n++) {
      const request = new IncomingMessage(new Socket())
      request.httpVersionMajor = 1
      request.socket.write = (chunk: unknown) => {
        if (Buffer.isBuffer(chunk) && chunk[0] === 0x88) closed++
        return true
      }
      server.emit('upgrade', request, request.socket, Buffer.alloc(0))
    }
    assert.equal(adapter.snapshot().inFlight.upgrade, 10_000)
    const clock = manualClock(t)
    void adapter.drain()
    for (let turn = 0; closed === 0; turn++) {
      assert.ok(turn < 1_000, 'the drain has not begun')
      await new Promise((resolve) => setImmediate(resolve))
    }
    clock.tick(3_750)
    assert.ok(closed > 4_900 && closed < 5_100, `${closed} after a quarter of the drain timeout`)
    clock.tick(3_750)
    assert.equal(closed, 10_000)
  })
})
