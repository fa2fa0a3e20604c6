import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { bindTcp } from '../../../src/supervisor/sockets/held-socket.ts'

const host = '127.0.0.1'

test(
  'a port that is bound for reuse can be listened on by others, and its own socket gets no connection',
  { skip: process.platform !== 'linux' && 'only Linux has --reuse-port' },
  async (t) => {
    const held = bindTcp(host, 0, true)
    t.after(() => held.handle.close())
    const { port } = held.bound
    await assert.rejects(text(connect(port, host)), { code: 'ECONNREFUSED' })
    for (let count = 0; count < 2; count++) {
      const server = createServer((socket) => socket.end('hello'))
      server.listen({ port, host, reusePort: true, exclusive: true })
      await once(server, 'listening')
      t.after(() => server.close())
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => text(connect(port, host))))
    assert.deepEqual(new Set(answers), new Set(['hello']))
    // Another supervisor may share the port, and nobody else.
    bindTcp(host, port, true).handle.close()
    assert.throws(() => bindTcp(host, port), { code: 'EADDRINUSE' })
  },
)
