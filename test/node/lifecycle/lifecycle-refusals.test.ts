import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createNetServer } from 'node:net'
import { test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import fastify from 'fastify'
import { LastcallError } from '../../../src/core/errors.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import type { ServableServer } from '../../../src/node/types.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

const withoutProbes = { probePort: false } as const
const invalid = { code: 'LASTCALL_INVALID_OPTIONS' }

const servers = {
  'node:https': createHttpsServer(),
  'node:http2': createHttp2Server(),
  'node:http2 with TLS': createSecureServer(),
  'node:http2 with allowHTTP1': createSecureServer({ allowHTTP1: true }),
  'node:tls': createTlsServer(),
  'node:net': createNetServer(),
}

for (const [kind, server] of Object.entries(servers)) {
  test(`serve() takes a server of ${kind}`, (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    assert.equal(lifecycle.serve(server), server)
    assert.deepEqual(
      lifecycle.snapshot().servers.map(({ name }) => name),
      ['main'],
    )
  })
}

const circular: Record<string, unknown> = {}
circular['self'] = circular
class Application {}

const garbage: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  'a port': 3000,
  'an address': 'http://localhost',
  'an object': {},
  'a circular object': circular,
  'an object without a prototype': Object.create(null),
  'an object whose constructor is none': { constructor: 5 },
  'an instance': new Application(),
  'an Express-like application': function app() {},
  'a Fastify instance': fastify(),
  'a promise of a server': Promise.resolve(createServer()),
}

for (const [kind, value] of Object.entries(garbage)) {
  test(`serve() refuses ${kind} and says in one short message what it got`, (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    assert.throws(
      () => lifecycle.serve(value as ServableServer),
      (error) => {
        assert.ok(error instanceof LastcallError, String(error))
        assert.equal(error.code, 'LASTCALL_NOT_A_SERVER')
        assert.match(error.message, /got .+; pass what http\.createServer/)
        assert.ok(error.message.length < 300)
        return true
      },
    )
  })
}

test('serve() names servers main, server-2 and so on, and takes the same server twice as once', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const first = createServer()
  assert.equal(lifecycle.serve(first), first)
  assert.equal(lifecycle.serve(first, { name: 'again' }), first)
  lifecycle.serve(createServer())
  lifecycle.serve(createServer(), { name: 'admin' })
  assert.deepEqual(
    lifecycle.snapshot().servers.map(({ name }) => name),
    ['main', 'server-2', 'admin'],
  )
})

test('names are taken once in each of serve, onStop, check and endpoint, and not across them', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const answer = () => ({ contentType: 'text/plain', body: '' })
  const calls = [
    () => lifecycle.serve(createServer(), { name: 'database' }),
    () => lifecycle.onStop('database', () => {}),
    () => lifecycle.check('database', () => {}),
    () => lifecycle.endpoint('/database', answer),
  ]
  for (const call of calls) call()
  for (const call of calls) assert.throws(call, { code: 'LASTCALL_DUPLICATE_NAME', message: /database/ })
  for (const path of ['/livez', '/readyz', '/startupz']) {
    assert.throws(() => lifecycle.endpoint(path, answer), { code: 'LASTCALL_DUPLICATE_NAME' })
  }
})

test('what is disposed of frees its name', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  for (let round = 0; round < 2; round++) {
    lifecycle.onStop('database', () => {})[Symbol.dispose]()
    lifecycle.check('database', () => {})[Symbol.dispose]()
    lifecycle.endpoint('/x', () => ({ contentType: 'text/plain', body: '' }))[Symbol.dispose]()
  }
})

test('what is disposed of twice does not take away its successor', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const answer = () => ({ contentType: 'text/plain', body: '' })
  const add = [
    () => lifecycle.onStop('x', () => {}),
    () => lifecycle.check('x', () => {}),
    () => lifecycle.endpoint('/x', answer),
  ]
  for (const register of add) {
    const first = register()
    first[Symbol.dispose]()
    register()
    first[Symbol.dispose]()
    assert.throws(register, { code: 'LASTCALL_DUPLICATE_NAME' })
  }
})

test('names, functions and limits that cannot be used are refused, all problems at once', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  for (const name of ['', undefined, null, 5, {}] as string[]) {
    assert.throws(() => lifecycle.onStop(name, () => {}), invalid)
    assert.throws(() => lifecycle.check(name, () => {}), invalid)
    assert.throws(() => lifecycle.hold(name), invalid)
    if (name !== undefined && name !== null)
      assert.throws(() => lifecycle.serve(createServer(), { name }), invalid)
  }
  for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31, '5s', null] as number[]) {
    assert.throws(() => lifecycle.onStop('a', () => {}, { timeoutMs }), invalid)
    assert.throws(() => lifecycle.check('a', () => {}, { timeoutMs }), invalid)
  }
  const attempt = () => lifecycle.check('', 'not a function' as never, { timeoutMs: -1 })
  assert.throws(attempt, (error) => error instanceof LastcallError && error.problems.length === 3)
})

test('endpoint() refuses paths that could never be asked for', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const answer = () => ({ contentType: 'text/plain', body: '' })
  for (const path of ['', '/', 'metrics', '/metrics/', '/metrics?x', '/me#trics', 5 as unknown as string]) {
    assert.throws(() => lifecycle.endpoint(path, answer), invalid)
  }
})

test('createLifecycle() refuses SIGKILL and SIGUSR1 before anything is installed', () => {
  for (const signal of ['SIGKILL', 'SIGSTOP', 'SIGUSR1'] as const) {
    assert.throws(() => createLifecycle({ signals: ['SIGTERM', signal] }), {
      code: 'LASTCALL_INVALID_OPTIONS',
      message: new RegExp(signal),
    })
  }
  assert.equal(process.listenerCount('SIGTERM'), 0)
})
