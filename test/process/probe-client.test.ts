import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { accepts, type ProbeAnswer, probePath, watchReadiness } from '../../src/process/probe-client.ts'

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}
const serve = async (t: TestContext, answer: RequestListener): Promise<number> => {
  const server = createHttpServer(answer)
  t.after(() => server.closeAllConnections())
  return listen(t, server)
}
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('probePath says yes to 200 to 399 and no to the rest, with the beginning of the answer', async (t) => {
  const port = await serve(t, (request, response) =>
    response.writeHead(Number(request.url?.slice(1))).end('x'.repeat(600)),
  )
  for (const [status, ready] of [
    [200, true],
    [302, true],
    [404, false],
    [503, false],
  ] as const) {
    assert.deepEqual(await probePath(port, `/${status}`), { ready, status, text: 'x'.repeat(500) })
  }
})

test('probePath says no to an answer that does not end in its second, and to none at all', async (t) => {
  const port = await serve(t, (_, response) => void response.writeHead(200).write('so far'))
  assert.deepEqual(await probePath(port, '/'), { ready: false })
  assert.deepEqual(await probePath(await closedPort(), '/'), { ready: false })
})

test('accepts says whether a port is listened on', async (t) => {
  assert.equal(await accepts(await listen(t, createServer())), true)
  assert.equal(await accepts(await closedPort()), false)
})

test('watchReadiness tells every change: ready after one yes, unready after three times no in a row', async () => {
  const answers = [false, true, true, false, false, true, false, false, false, false, true]
  const asked: number[] = []
  const changes: (readonly [number, boolean])[] = []
  const watching = new AbortController()
  const ask = async (): Promise<ProbeAnswer> => {
    asked.push(asked.length)
    return { ready: answers[asked.length - 1] ?? true }
  }
  const onChange = (ready: boolean): void => {
    changes.push([asked.length, ready])
    if (changes.length === 3) watching.abort()
  }
  await watchReadiness(ask, onChange, watching.signal)
  assert.deepEqual(changes, [
    [2, true],
    [9, false],
    [11, true],
  ])
})

test('watchReadiness tells nothing of an answer that comes after its end', async () => {
  const watching = new AbortController()
  const changes: boolean[] = []
  const ask = async (): Promise<ProbeAnswer> => {
    watching.abort()
    return { ready: true }
  }
  await watchReadiness(ask, (ready) => changes.push(ready), watching.signal)
  assert.deepEqual(changes, [])
})
