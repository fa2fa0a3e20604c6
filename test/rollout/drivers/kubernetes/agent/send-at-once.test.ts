import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { defaultLoad } from '../../../../../src/load/load-options.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { listen } from '../../../../helpers/listen.ts'
import { beginAgent } from '../../../../helpers/running-agent.ts'

suite('an agent without an account', () => {
  test('with a load in its job it tests and sends that by itself, and asks the API server nothing', async (t) => {
    const app = createServer(({ url }, response) => response.writeHead(url === '/slow' ? 404 : 200).end())
    const { host, port } = await listen(t, app)
    const paced = { ...defaultLoad, ratePerSecond: 20, paths: { ...defaultLoad.paths, slow: '/slow' } }
    const load = { ...paced, lanes: ['new-connections', 'slow'], unasked: ['slow'] }
    const { server, ending, exitCode, lines } = await beginAgent(t, undefined, {
      target: { host, port },
      load,
    })
    await eventually('the second part', () => lines('load').length === 2)
    ending.abort()
    assert.equal(await exitCode, 0)
    assert.deepEqual([lines('self-test')[0]?.command, lines('load-started')[0]?.command], [1, 2])
    const lanes = lines('load').flatMap(({ part }) => part.lanes.map(({ lane }) => lane))
    assert.deepEqual([...new Set(lanes)], ['new-connections'])
    assert.deepEqual([lines('end').length, lines('observing').length, server.requests], [1, 0, []])
  })

  test('a load that the self-test refuses is not sent', async (t) => {
    const answered: (string | undefined)[] = []
    const app = createServer(({ url }, response) => {
      answered.push(url)
      response.writeHead(500).end()
    })
    const { host, port } = await listen(t, app)
    const load = { ...defaultLoad, lanes: ['new-connections'], ratePerSecond: 50 }
    const { ending, exitCode, lines } = await beginAgent(t, undefined, { target: { host, port }, load })
    await eventually('the answer', () => lines('self-test').length === 1)
    const sent = answered.length
    ending.abort()
    assert.equal(await exitCode, 0)
    assert.notDeepEqual(lines('self-test')[0]?.problems, [])
    assert.deepEqual([lines('load-started'), answered.length], [[], sent])
  })
})
