import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { defaultLoad } from '../../../../../src/load/load-options.ts'
import { getOf } from '../../../../../src/load/plain-request.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { type FakeApiServer, send } from '../../../../helpers/fake-api-server.ts'
import { listen } from '../../../../helpers/listen.ts'
import { makePod, paths } from '../../../../helpers/kubernetes-objects.ts'
import { begin, tell } from '../../../../helpers/running-agent.ts'

type Stored = Parameters<FakeApiServer['put']>[1]

suite('runAgent()', () => {
  test('says what is there, then that it observes, then what changes', async (t) => {
    const { server, lines } = await begin(t)
    await eventually('it observes', () => lines('observing').length === 1)
    assert.equal(lines('hello')[0]?.n, 1)
    assert.deepEqual(
      lines('pod').map(({ change, pod }) => `${change} ${pod.name} ${pod.ready}`),
      ['ADDED shop-1-a true', 'ADDED shop-1-b true'],
    )
    const deleted = makePod('shop-1-a', { metadata: { deletionTimestamp: '2026-11-21T10:00:00Z' } })
    server.put(paths.pods, deleted as unknown as Stored)
    await eventually('the deletion', () => lines('pod').at(-1)?.pod.deleting === true)
    server.put(paths.events, {
      metadata: { name: 'e1' },
      reason: 'Killing',
      message: 'Stopping container app',
      involvedObject: { kind: 'Pod', name: 'shop-1-a' },
    })
    await eventually('the event', () => lines('event').length === 1)
    assert.deepEqual([lines('event')[0]?.reason, lines('event')[0]?.about], ['Killing', 'Pod/shop-1-a'])
  })

  test('leaves out events that were there before, and pods of others', async (t) => {
    const { lines, server } = await begin(t, (prepared) => {
      const event = { reason: 'Killing', message: '', involvedObject: { kind: 'Pod', name: 'shop-0-z' } }
      prepared.put(paths.events, { metadata: { name: 'old' }, ...event })
      prepared.put(
        paths.pods,
        makePod('stranger', { metadata: { ownerReferences: [] } }) as unknown as Stored,
      )
    })
    await eventually('it observes', () => lines('observing').length === 1)
    server.put(paths.events, {
      metadata: { name: 'new' },
      reason: 'Started',
      message: '',
      involvedObject: { name: 'shop-1-a' },
    })
    await eventually('the new event', () => lines('event').length > 0)
    assert.deepEqual(
      lines('event').map(({ reason }) => reason),
      ['Started'],
    )
    assert.ok(!lines('pod').some(({ pod }) => pod.name === 'stranger'))
  })

  test('waits for its role, which the API server may not know for a moment', async (t) => {
    let refusals = 3
    const { lines } = await begin(t, (server) => {
      server.intercept = ({ path }, response) => {
        if (path !== paths.pods || refusals === 0) return false
        refusals--
        send(response, 403, { reason: 'Forbidden', message: 'pods is forbidden' })
        return true
      }
    })
    await eventually('it observes', () => lines('observing').length === 1)
    assert.equal(refusals, 0)
  })

  test('says why it cannot go on, and exits with 2', async (t) => {
    const { exitCode, lines } = await begin(t, (server) => {
      server.intercept = ({ path }, response) => {
        if (path !== paths.endpointSlices) return false
        send(response, 400, { reason: 'BadRequest', message: 'no such thing' })
        return true
      }
    })
    assert.equal(await exitCode, 2)
    assert.deepEqual(
      lines('broken').map(({ problem }) => problem),
      ['no such thing'],
    )
    assert.equal(lines('end').length, 0)
  })

  test('does each command once, in its order', async (t) => {
    const { server, lines } = await begin(t)
    await eventually('it observes', () => lines('observing').length === 1)
    const load = { ...defaultLoad, lanes: [], ratePerSecond: 1 }
    const command = (n: number): void => tell(server, { n, do: 'self-test', load })
    command(1)
    await eventually('the first answer', () => lines('self-test').length === 1)
    command(1)
    command(2)
    await eventually('the second answer', () => lines('self-test').length === 2)
    assert.deepEqual(
      lines('self-test').map(({ command: n }) => n),
      [1, 2],
    )
  })

  test('says what the self-test changed once, without secrets, and sends all of it', async (t) => {
    const answered: (string | undefined)[] = []
    const app = createServer((request, response) => {
      const { 'x-key': key, 'x-round': round } = request.headers
      if (round === 'load') answered.push(`${request.method} ${request.url} ${String(key)}`)
      response.writeHead(request.url === '/cart' ? 200 : 404).end()
    })
    const { host, port } = await listen(t, app)
    const { server, ending, exitCode, lines } = await begin(t, undefined, { target: { host, port } })
    const cart = { ...getOf('/cart'), method: 'POST', body: 'secret-body', headers: { 'x-key': 'secret' } }
    const lanes = ['new-connections', 'keep-alive']
    const requests = { 'new-connections': [cart] }
    const load = { ...defaultLoad, lanes, unasked: ['keep-alive'], requests, ratePerSecond: 20 }
    tell(server, { n: 1, do: 'self-test', load })
    await eventually('the answer', () => lines('self-test').length === 1)
    const { changes } = lines('self-test')[0]!
    assert.deepEqual(
      changes.fellBack.map(({ lane }) => lane),
      ['keep-alive'],
    )
    assert.doesNotMatch(JSON.stringify(changes), /secret/)
    const only = { ...load, lanes: ['keep-alive'], headers: { ...load.headers, 'x-round': 'load' } }
    tell(server, { n: 2, do: 'load', load: only, changes })
    await eventually('the second part', () => lines('load').length === 2)
    ending.abort()
    await exitCode
    assert.deepEqual([...new Set(answered)], ['POST /cart secret'])
    const [first, ...others] = lines('load').map(({ part }) => part.fellBack)
    assert.deepEqual([first, others.flat()], [changes.fellBack, []])
  })

  test('ends with its signal: exit code 0 and a last line', async (t) => {
    const { exitCode, ending, lines } = await begin(t)
    await eventually('it observes', () => lines('observing').length === 1)
    ending.abort()
    assert.equal(await exitCode, 0)
    assert.equal(lines('end').length, 1)
  })
})
