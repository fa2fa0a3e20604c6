import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { WebSocketServer } from 'ws'
import { defaultLaneNames, podLaneNames } from '../../src/load/lanes/index.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'
import type { Sample, Target } from '../../src/load/sample.ts'
import { selfTest } from '../../src/load/self-test.ts'
import type { TargetTls } from '../../src/load/tls.ts'
import { causes } from '../../src/rollout/causes.ts'
import { answer } from '../fixtures/answer.ts'
import { eventually } from '../helpers/eventually.ts'
import { listen } from '../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../helpers/load.ts'

const read = (name: string): string => readFileSync(`test/fixtures/tls/${name}.pem`, 'utf8')
const pair = { key: read('key'), cert: read('cert') }
const trusted: TargetTls = { insecure: false, ca: pair.cert, servername: 'localhost' }

/** A server that keeps the contract of a lane over TLS, and the connections that it saw. */
async function serve(t: TestContext, lane: string): Promise<{ target: Target; sockets: TLSSocket[] }> {
  const sockets: TLSSocket[] = []
  const server =
    lane === 'http2'
      ? createSecureServer(pair, (request, response) => void request.pipe(response))
      : createHttpsServer(pair, (request, response) => {
          if (request.url !== '/events') return answer(request, response)
          response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\ndata: x\n\n')
        })
  if (lane === 'websocket') {
    new WebSocketServer({ server: server as Server as never }).on('connection', (socket) =>
      socket.on('message', (bytes: Buffer) => socket.send(bytes)),
    )
  }
  server.on('secureConnection', (socket: TLSSocket) => sockets.push(socket))
  return { target: await listen(t, server as Server), sockets }
}

/** The first failure of a lane against a target. A short time-out is for what never answers. */
async function failureOf(t: TestContext, lane: string, target: Target, timeoutMs = 10_000): Promise<Sample> {
  const load = startLane(t, lane, () => target, { timeoutMs })
  await untilLoad(load, 'failed', 1)
  return documentOf(load).failures[0]!
}

const causeOf = (sample: Sample): string | undefined => causes.find(({ fits }) => fits(sample))?.title

for (const lane of podLaneNames) {
  test(`the lane ${lane} speaks TLS, asks for the name of the target and loses nothing`, async (t) => {
    const { target, sockets } = await serve(t, lane)
    const requests = { 'new-connections': [getOf('/')] }
    const load = startLane(t, lane, () => ({ ...target, tls: trusted }), { requests })
    await (lane === 'stream'
      ? eventually('a stream', () => sockets.length > 0)
      : untilLoad(load, 'requests', 1))
    await load.stop()
    const { failures } = documentOf(load)
    assert.deepEqual(lane === 'stream' ? [] : failures, [])
    for (const { servername, alpnProtocol } of sockets as (TLSSocket & { servername: string })[])
      assert.deepEqual([servername, alpnProtocol], ['localhost', lane === 'http2' ? 'h2' : 'http/1.1'])
    assert.ok(sockets.length > 0)
  })
}

for (const lane of ['new-connections', 'http2', 'websocket', 'sse']) {
  test(`the lane ${lane} takes no certificate that it cannot trust, and any when it is told to`, async (t) => {
    const { target } = await serve(t, lane)
    for (const [tls, code] of [
      [{ insecure: false, servername: 'localhost' }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [{ ...trusted, servername: 'shop.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      const failure = await failureOf(t, lane, { ...target, tls })
      assert.deepEqual([failure.error?.code, failure.error?.stage], [code, 'connect'])
      assert.equal(causeOf(failure), 'Certificate not accepted')
      assert.equal(failure.remotePort, target.port)
    }
    const tls = { insecure: true, servername: 'shop.example' }
    const load = startLane(t, lane, () => ({ ...target, tls }))
    await untilLoad(load, 'requests', 1)
    assert.deepEqual(documentOf(load).failures, [])
  })
}

test('a target without a name has to have its address in the certificate', async (t) => {
  const { target } = await serve(t, 'new-connections')
  const load = startLane(t, 'new-connections', () => ({ ...target, tls: { insecure: false, ca: pair.cert } }))
  await untilLoad(load, 'requests', 2)
  assert.deepEqual(documentOf(load).failures, [])
})

test('connections that are kept carry several requests over one handshake', async (t) => {
  const { target, sockets } = await serve(t, 'keep-alive')
  const load = startLane(t, 'keep-alive', () => ({ ...target, tls: trusted }))
  await untilLoad(load, 'requests', 40)
  await load.stop()
  assert.deepEqual([documentOf(load).failures, sockets.length], [[], 8])
})

test('a server that does not offer HTTP/2 fails the lane http2 with a cause of its own', async (t) => {
  const silent = createHttpsServer({ ...pair, ALPNProtocols: [] }, answer)
  for (const server of [createHttpsServer(pair, answer), silent]) {
    const target = await listen(t, server)
    const failure = await failureOf(t, 'http2', { ...target, tls: trusted })
    assert.equal(causeOf(failure), 'TLS handshake failed', failure.error?.code)
  }
})

test('a port without TLS fails with a cause of its own', async (t) => {
  const target = await listen(t, createServer(answer))
  for (const lane of ['new-connections', 'http2', 'websocket']) {
    const failure = await failureOf(t, lane, { ...target, tls: trusted })
    assert.equal(causeOf(failure), 'TLS handshake failed', JSON.stringify(failure.error))
  }
})

test('a handshake that nobody answers times out while it connects', async (t) => {
  const target = await listen(
    t,
    createTcpServer((socket) => void socket.on('error', () => undefined)),
  )
  for (const lane of ['new-connections', 'http2', 'websocket']) {
    const { error, connectMs, localPort } = await failureOf(t, lane, { ...target, tls: trusted }, 500)
    assert.deepEqual([error?.code, error?.stage, connectMs], ['CLIENT_TIMEOUT', 'connect', undefined])
    if (lane !== 'websocket') assert.ok(localPort! > 0)
  }
  // Streams that join a session in the middle of its handshake wait for it as well.
  const load = startLane(t, 'http2', () => ({ ...target, tls: trusted }), { timeoutMs: 500 })
  await untilLoad(load, 'failed', 24)
  for (const { error, connectMs } of documentOf(load).failures)
    assert.deepEqual([error?.code, error?.stage, connectMs], ['CLIENT_TIMEOUT', 'connect', undefined])
})

test('selfTest tries no second time where a certificate is not accepted, and names the flags', async (t) => {
  const { target } = await serve(t, 'new-connections')
  const options = { ...defaultLoad, lanes: defaultLaneNames, ratePerSecond: 1 }
  const tls = { insecure: false, servername: 'localhost' }
  const { problems } = await selfTest(options, { ...target, tls })
  assert.equal(problems.length, 3)
  for (const problem of problems) {
    assert.deepEqual(problem, {
      unreachable: false,
      sentence:
        'the certificate of localhost is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate); ' +
        'pass --ca with the certificate of its authority, or --insecure to take any',
    })
  }
})
