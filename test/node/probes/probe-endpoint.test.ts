import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndpointAnswer } from '../../../src/node/types.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

test('endpoint() answers on its path until it is disposed of, also in the shutdown', async (t) => {
  const { lifecycle } = makeLifecycle(t, { shutdownDelayMs: 5_000 })
  let scrapes = 0
  const entry = lifecycle.endpoint('/metrics', async () => ({
    contentType: 'text/x',
    body: `up ${++scrapes} é\n`,
  }))
  await lifecycle.start()
  const { port } = lifecycle.probeAddress!
  const first = await httpGet(port, '/metrics/?name=up')
  assert.deepEqual([first.status, first.headers['content-type'], first.body], [200, 'text/x', 'up 1 é\n'])
  void lifecycle.shutdown()
  assert.equal((await httpGet(port, '/metrics')).body, 'up 2 é\n')
  assert.equal((await httpGet(port, '/metrics', 'HEAD')).body, '')
  assert.equal((await httpGet(port, '/metrics', 'POST')).status, 405)
  entry[Symbol.dispose]()
  assert.equal((await httpGet(port, '/metrics')).status, 404)
})

const wrong: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('password is hunter2')
  },
  rejects: () => Promise.reject(new Error('password is hunter2')),
  'answers nothing': () => undefined,
  'answers no text': () => ({ contentType: 'text/plain', body: 5 }),
  'answers a header that cannot be sent': () => ({ contentType: 'a\r\nSet-Cookie: b', body: 'x' }),
}

for (const [what, answer] of Object.entries(wrong)) {
  test(`an endpoint that ${what} is 500 without the reason, which is logged, and nothing else breaks`, async (t) => {
    const { lifecycle, log } = makeLifecycle(t)
    lifecycle.endpoint('/metrics', answer as () => EndpointAnswer)
    await lifecycle.start()
    const { port } = lifecycle.probeAddress!
    const { status, body } = await httpGet(port, '/metrics')
    assert.deepEqual([status, body], [500, 'internal error\n'])
    assert.equal(log.at(-1)!.level, 'error')
    assert.equal(log.at(-1)!.details['path'], '/metrics')
    assert.equal((await httpGet(port, '/readyz')).status, 200)
  })
}
