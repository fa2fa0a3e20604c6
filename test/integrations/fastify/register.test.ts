import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { lastcall } from '../../../src/integrations/fastify/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { manualHost } from '../manual-host.ts'
import { eventually } from '../../helpers/eventually.ts'
import { quiet } from './setup.ts'

test('app.lifecycle is there after the register, with the options that were given', async (t) => {
  const app = fastify()
  await app.register(lastcall, { ...quiet, drainTimeoutMs: 1_234 })
  t.after(() => app.close())
  assert.equal(app.lifecycle.options.drainTimeoutMs, 1_234)
  assert.ok(app.hasPlugin('lastcall'))
})

test('events go to app.log unless another logger is given', async () => {
  const lines: string[] = []
  const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } })
  const { logger: _, ...options } = quiet
  await app.register(lastcall, options)
  await app.close()
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  assert.ok(messages.includes('lastcall: shutdownInitiated'), messages.join('\n'))
})

test('in a plugin of the app, app.close() of the whole app is still the shutdown', async () => {
  const app = fastify()
  const lifecycle = createLifecycle(quiet, manualHost())
  let seen: unknown
  await app.register(async (child) => {
    await child.register(lastcall, { lifecycle })
    seen = child.lifecycle
  })
  await app.close()
  assert.equal(seen, lifecycle)
  assert.equal(lifecycle.state, 'stopped')
})

test('what Fastify and its loaders add to the options of a register is not taken for ours', async (t) => {
  const app = fastify()
  await app.register(lastcall, { ...quiet, prefix: '/v1', logLevel: 'warn' } as typeof quiet)
  t.after(() => app.close())
  assert.equal(app.lifecycle.state, 'starting')
})

const refusals = [
  ['an option that does not exist', { ...quiet, drainTimeout: 1 }, /drainTimeout: there is no such option/],
  [
    'options beside a lifecycle',
    { lifecycle: createLifecycle(quiet), drainTimeoutMs: 1 },
    /drainTimeoutMs: the/,
  ],
  ['something else than a lifecycle', { lifecycle: {} }, /createLifecycle\(\) returned/],
] as const

for (const [what, options, message] of refusals) {
  test(`${what} is refused`, async () => {
    const app = fastify()
    await assert.rejects(async () => await app.register(lastcall, options as typeof quiet), {
      code: 'LASTCALL_INVALID_OPTIONS',
      message,
    })
    await app.close()
  })
}

test('a second register is refused', async () => {
  const app = fastify()
  await app.register(lastcall, quiet)
  await assert.rejects(async () => await app.register(lastcall, quiet), { code: 'LASTCALL_DUPLICATE_NAME' })
  await app.close()
})

test('a Fastify whose further servers cannot be found says so', async (t) => {
  const app = fastify()
  const warnings: string[] = []
  await app.register(lastcall, quiet)
  t.mock.method(app, 'addresses', () => [app.server.address(), { address: '::1' }])
  t.mock.method(app.log, 'warn', (_: object, message: string) => void warnings.push(message))
  const listening = once(app.server, 'listening')
  await app.listen({ port: 0, host: '127.0.0.1' })
  await listening
  await eventually('there is a warning', () => warnings.length > 0)
  assert.match(warnings[0] ?? '', /will not be drained/)
  await app.close()
})

test('a Fastify that is too old is refused before anything of it is touched', async () => {
  // The real Fastify 4 is in test/pack.
  await assert.rejects(lastcall({ version: '4.29.1' } as never, quiet), {
    code: 'LASTCALL_UNSUPPORTED_PEER',
    message: /found fastify 4\.29\.1, wanted 5\.0\.0 or newer; run npm install fastify@5$/,
  })
})
