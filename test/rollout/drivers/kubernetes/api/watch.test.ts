import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import type { PodObject } from '../../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { type WatchGap, watchObjects } from '../../../../../src/rollout/drivers/kubernetes/api/watch.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { FakeApiServer, send } from '../../../../helpers/fake-api-server.ts'

const pods = '/api/v1/namespaces/shop/pods'
const pod = (name: string, more: object = {}): { metadata: { name: string } } => ({
  metadata: { name },
  ...more,
})

interface Watching {
  readonly server: FakeApiServer
  readonly seen: string[]
  readonly gaps: WatchGap[]
  readonly ended: Promise<void>
  /** Watches that were opened. */
  watches(): number
}

async function watching(t: TestContext, server: FakeApiServer, silenceMs?: number): Promise<Watching> {
  const seen: string[] = []
  const gaps: WatchGap[] = []
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const ended = watchObjects<PodObject>(
    createApiClient(server.access, silenceMs),
    { path: pods },
    {
      onEvent: (type, { metadata }) => seen.push(`${type} ${metadata.name}`),
      onSynced: () => seen.push('synced'),
      onGap: (gap) => gaps.push(gap),
    },
    stopping.signal,
  )
  ended.catch(() => undefined)
  const watches = (): number => server.requests.filter(({ query }) => query.get('watch') === '1').length
  return { server, seen, gaps, ended, watches }
}

const shows = (list: readonly string[], wanted: readonly string[]): Promise<void> =>
  eventually(`[${wanted.join(', ')}], got [${list.join(', ')}]`, () => list.length >= wanted.length).then(
    () => assert.deepEqual(list, wanted),
  )

suite('watchObjects()', () => {
  test('reports what is there, says that it has, and then every change', async (t) => {
    const server = await new FakeApiServer().start(t)
    server.put(pods, pod('a'))
    const { seen, watches } = await watching(t, server)
    await eventually('the watch is open', () => watches() === 1)
    server.put(pods, pod('b'))
    server.put(pods, pod('a', { status: { phase: 'Running' } }))
    server.remove(pods, 'b')
    await shows(seen, ['ADDED a', 'synced', 'ADDED b', 'MODIFIED a', 'DELETED b'])
  })

  test('resumes a broken watch at its last version: nothing is lost, nothing comes twice', async (t) => {
    const server = await new FakeApiServer().start(t)
    server.put(pods, pod('a'))
    server.watchFates.push('broken')
    const { seen, gaps, watches } = await watching(t, server)
    await eventually('the watch is open again', () => watches() === 2)
    server.put(pods, pod('b'))
    await shows(seen, ['ADDED a', 'synced', 'ADDED b'])
    server.cut()
    server.put(pods, pod('c'))
    await shows(seen, ['ADDED a', 'synced', 'ADDED b', 'ADDED c'])
    assert.ok(gaps.every(({ lost }) => !lost))
  })

  test('reads the list again after 410: what changed meanwhile is reported, as a gap that lost states', async (t) => {
    const server = await new FakeApiServer().start(t)
    server.put(pods, pod('a'))
    server.put(pods, pod('b'))
    server.watchFates.push('gone')
    server.intercept = ({ query }) => {
      if (query.get('watch') !== '1' || server.object(pods, 'c')) return false
      server.remove(pods, 'a')
      server.put(pods, pod('b', { status: { phase: 'Running' } }))
      server.put(pods, pod('c'))
      return false
    }
    const { seen, gaps, watches } = await watching(t, server)
    await eventually('the gap is over', () => gaps.length === 1)
    assert.deepEqual(seen, ['ADDED a', 'ADDED b', 'synced', 'DELETED a', 'MODIFIED b', 'ADDED c'])
    assert.deepEqual([gaps[0]?.lost, gaps[0]?.why], [true, 'too old'])
    assert.equal(server.requests.length - watches(), 2)
  })

  test('takes silence for a broken connection and resumes', async (t) => {
    const server = await new FakeApiServer().start(t)
    server.watchFates.push('silent')
    const { seen, gaps, watches } = await watching(t, server, 300)
    await eventually('the second watch is open', () => watches() === 2)
    server.put(pods, pod('a'))
    await shows(seen, ['synced', 'ADDED a'])
    assert.ok(gaps.every(({ lost }) => !lost))
  })

  test('goes on when the server was away for a moment', async (t) => {
    const server = await new FakeApiServer().start(t)
    let refusals = 2
    server.intercept = (_, response) => {
      if (refusals === 0) return false
      refusals--
      send(response, 503, { reason: 'ServiceUnavailable', message: 'starting' })
      return true
    }
    const { seen } = await watching(t, server)
    await shows(seen, ['synced'])
  })

  test('rejects when it is refused for good, with the reason of the server', async (t) => {
    const server = await new FakeApiServer().start(t)
    server.intercept = (_, response) => {
      send(response, 403, { reason: 'Forbidden', message: 'pods is forbidden' })
      return true
    }
    const { ended } = await watching(t, server)
    await assert.rejects(ended, {
      name: 'ApiError',
      status: 403,
      reason: 'Forbidden',
      message: 'pods is forbidden',
    })
  })
})
