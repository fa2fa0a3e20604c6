import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createNetServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { listen } from '../../../src/node/supervised/listen.ts'
import type { ListenOptions } from '../../../src/node/supervised/listen-options.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeServer } from '../../helpers/lifecycle.ts'
import { takePort } from '../../helpers/ports.ts'
import { RawClient } from '../../helpers/raw-http.ts'

const local = { port: 0, host: '127.0.0.1' } as const

/** Rejects with this code, and with problems that fit. */
async function refuses(call: Promise<unknown>, code: string, ...problems: readonly RegExp[]): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof LastcallError)
    assert.equal(error.code, code)
    assert.equal(error.problems.length, problems.length, error.message)
    for (const [index, problem] of problems.entries()) assert.match(error.problems[index] ?? '', problem)
    return true
  })
}

/** Sets PORT for one test. */
function setPort(t: TestContext, port: string | undefined): void {
  const before = process.env['PORT']
  const set = (value: string | undefined): void => {
    if (value === undefined) delete process.env['PORT']
    else process.env['PORT'] = value
  }
  set(port)
  t.after(() => set(before))
}

test('unsupervised, listen() binds the port and host, and resolves to the address', async (t) => {
  const server = makeServer(t)
  const address = (await listen(server, 'http', local)) as AddressInfo
  assert.deepEqual(address, server.address())
  assert.equal(address.address, '127.0.0.1')
  assert.equal((await httpGet(address.port, '/')).body, 'ok')
})

test('without a port it takes PORT', async (t) => {
  const port = await takePort()
  setPort(t, String(port))
  const server = makeServer(t)
  assert.equal(((await listen(server, 'http', { host: '127.0.0.1' })) as AddressInfo).port, port)
})

test('a PORT that is no port is refused, and not needed with the option', async (t) => {
  setPort(t, 'eighty')
  await refuses(listen(makeServer(t), 'http'), 'LASTCALL_INVALID_OPTIONS', /^PORT: got 'eighty'/)
  await listen(makeServer(t), 'http', local)
})

test('it binds a path', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-listen-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'app.sock')
  assert.equal(await listen(makeServer(t), 'http', { path }), path)
  await refuses(listen(makeServer(t), 'http', { path }), 'LASTCALL_LISTEN', /EADDRINUSE.*app\.sock/)
})

test('beforeBegin gets the address before the first connection; when it throws, nothing listens', async (t) => {
  const server = makeServer(t)
  const seen: unknown[] = []
  const address = await listen(server, 'http', { ...local, beforeBegin: (given) => seen.push(given) })
  assert.deepEqual(seen, [address])
  const refused = makeServer(t)
  const beforeBegin = (): never => {
    throw new Error('not today')
  }
  await refuses(
    listen(refused, 'http', { ...local, beforeBegin }),
    'LASTCALL_LISTEN',
    /^beforeBegin failed: not today$/,
  )
  assert.equal(refused.listening, false)
})

test('limits are set on the server, those that are left out stay', async (t) => {
  const server = makeServer(t)
  const { headersTimeout } = server
  await listen(server, 'http', {
    ...local,
    requestTimeoutMs: 1_001,
    keepAliveTimeoutMs: 1_002,
    responseTimeoutMs: 1_003,
    backlog: 10,
  })
  assert.deepEqual(
    [server.requestTimeout, server.keepAliveTimeout, server.timeout, server.headersTimeout],
    [1_001, 1_002, 1_003, headersTimeout],
  )
})

test('a header of more than maxHeaderBytes is answered with 431', async (t) => {
  const { port } = (await listen(makeServer(t), 'http', { ...local, maxHeaderBytes: 1_000 })) as AddressInfo
  for (const [bytes, status] of [
    [500, 200],
    [1_500, 431],
  ] as const) {
    const client = await RawClient.connect(port)
    client.get('/', `X-Long: ${'x'.repeat(bytes)}\r\n`)
    await client.until(() => client.received.includes('\r\n'))
    assert.match(client.received, new RegExp(`^HTTP/1.1 ${status} `))
    client.close()
  }
})

test('a request that does not arrive within headersTimeoutMs is answered with 408', async (t) => {
  const server = createServer({ connectionsCheckingInterval: 20 })
  t.after(() => server.close())
  const { port } = (await listen(server, 'http', { ...local, headersTimeoutMs: 50 })) as AddressInfo
  const client = await RawClient.connect(port)
  client.send('GET / HTTP/1.1\r\nHost')
  await client.ended()
  assert.match(client.received, /^HTTP\/1.1 408 /)
})

test('a response without progress for responseTimeoutMs loses its connection', async (t) => {
  const server = makeServer(t, () => {})
  const { port } = (await listen(server, 'http', { ...local, responseTimeoutMs: 50 })) as AddressInfo
  await assert.rejects(httpGet(port, '/'), { code: 'ECONNRESET' })
})

test('a limit that a server does not have is refused', async (t) => {
  const raw = createNetServer()
  await refuses(
    listen(raw, 'http', { ...local, requestTimeoutMs: 1, maxHeaderBytes: 1 }),
    'LASTCALL_INVALID_OPTIONS',
    /^requestTimeoutMs: this kind of server has no requestTimeout/,
    /^maxHeaderBytes: this kind of server has no maxHeaderSize/,
  )
  const secure = createSecureServer()
  t.after(() => secure.close())
  await listen(secure, 'http', { ...local, responseTimeoutMs: 1_000 })
})

test('a port in use is refused with the port and the cause', async (t) => {
  const { port } = (await listen(makeServer(t), 'http', local)) as AddressInfo
  const taken = listen(makeServer(t), 'http', { ...local, port })
  await refuses(taken, 'LASTCALL_LISTEN', new RegExp(`EADDRINUSE.*127\\.0\\.0\\.1:${port}; free it`))
  await taken.catch((error: LastcallError) => {
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'EADDRINUSE')
  })
})

test('a server that listens already is refused', async (t) => {
  const server = makeServer(t)
  await listen(server, 'http', local)
  await refuses(listen(server, 'http', local), 'LASTCALL_LISTEN', /listens already/)
})

for (const value of [undefined, null, 8080, 'http', {}, createServer, { listen: () => {} }]) {
  test(`${String(JSON.stringify(value))} is no server`, async () => {
    await refuses(listen(value as Server, 'http'), 'LASTCALL_LISTEN', /^got .*createServer/)
  })
}

test('all problems of name and options are told at once', async (t) => {
  const options = {
    port: 65_536,
    host: '',
    path: 7,
    backlog: -1,
    requestTimeoutMs: Number.NaN,
    maxHeaderBytes: 0,
    beforeBegin: 'now',
    ports: [80],
  } as unknown as ListenOptions
  await refuses(
    listen(makeServer(t), '', options),
    'LASTCALL_INVALID_OPTIONS',
    /^listen: the name is ''/,
    /^port: got 65536/,
    /^host: got ''/,
    /^path: got 7/,
    /^backlog: got -1/,
    /^requestTimeoutMs: got NaN/,
    /^maxHeaderBytes: got 0/,
    /^beforeBegin: got 'now'/,
    /^ports: there is no such option; the options are port, host, path/,
    /^path: a server listens on a path, or on host and port/,
  )
  await refuses(
    listen(makeServer(t), 'http', null as unknown as ListenOptions),
    'LASTCALL_INVALID_OPTIONS',
    /^options: got null/,
  )
})
