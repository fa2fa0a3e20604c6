import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { mergeChanges, noChanges } from '../../src/load/lane-changes.ts'
import { inTurn } from '../../src/load/lane.ts'
import { defaultLoad, type LoadOptions, withoutLeftOut } from '../../src/load/load-options.ts'
import { getOf, type PlainRequest } from '../../src/load/plain-request.ts'
import { refuseSelfTest, selfTest } from '../../src/load/self-test.ts'
import { listen } from '../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../helpers/load.ts'

const operation = (path: string): PlainRequest => ({ ...getOf(path), operation: `GET ${path}` })
const lanes = ['new-connections', 'keep-alive', 'think-time']
const loadOf = (...paths: readonly string[]): LoadOptions => ({
  ...defaultLoad,
  lanes,
  ratePerSecond: 100,
  requests: Object.fromEntries(lanes.map((lane) => [lane, paths.map(operation)])),
})

test('selfTest tries each operation once for all lanes, no more than eight at once', async (t) => {
  let open = 0
  let most = 0
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    most = Math.max(most, ++open)
    setTimeout(() => {
      open--
      response.end()
    }, 5)
  })
  const paths = Array.from({ length: 30 }, (_, index) => `/${index}`)
  const target = await listen(t, server)
  assert.deepEqual(await selfTest(loadOf(...paths), target), { ...noChanges, problems: [] })
  assert.equal(asked.length, paths.length)
  assert.deepEqual(new Set(asked), new Set(paths))
  assert.equal(most, 8)
})

test('an operation that does not answer as documented is left out of every lane', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/cut') request.socket.destroy()
    else response.writeHead(request.url === '/b' ? 404 : 200).end('hello')
  })
  const load = loadOf('/a', '/b', '/cut')
  const { problems, ...changes } = await selfTest(load, await listen(t, server))
  assert.deepEqual(problems, [])
  assert.deepEqual(
    changes.leftOutOperations.map(({ operation: name }) => name),
    ['GET /b', 'GET /cut'],
  )
  assert.match(
    changes.leftOutOperations[0]?.reason ?? '',
    /^GET \/b answered 404: hello; correct its example/,
  )
  assert.match(changes.leftOutOperations[1]?.reason ?? '', /^GET \/cut got no answer: ECONNRESET/)
  refuseSelfTest(load, [], changes)
  const { requests } = withoutLeftOut(load, changes)
  assert.deepEqual(requests, loadOf('/a').requests)
})

test('refuseSelfTest refuses a load of which no operation is left, and names the first five', () => {
  const paths = Array.from({ length: 7 }, (_, index) => `/${index}`)
  const leftOutOperations = paths.map((path) => ({ operation: `GET ${path}`, reason: `${path} is gone` }))
  const changes = { ...noChanges, leftOutOperations }
  assert.throws(() => refuseSelfTest(loadOf(...paths), [], changes), {
    code: 'LASTCALL_SELF_TEST',
    problems: [
      'no operation of the OpenAPI document answered as documented',
      ...paths.slice(0, 5).map((path) => `${path} is gone`),
      'and 2 more',
    ],
  })
  refuseSelfTest(loadOf(...paths, '/left'), [], changes)
})

test('operations that get no answer at all are a problem that may change by itself', async (t) => {
  const server = createServer()
  const target = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  const { problems, leftOutOperations } = await selfTest(loadOf('/a', '/b'), target)
  assert.deepEqual(leftOutOperations, [])
  assert.deepEqual(
    problems.map(({ unreachable }) => unreachable),
    [true],
  )
  assert.match(problems[0]?.sentence ?? '', /^GET \/a got no answer: ECONNREFUSED/)
})

test('operations that several targets do not have are named once', () => {
  const one = { ...noChanges, leftOutOperations: [{ operation: 'GET /a', reason: 'gone' }] }
  assert.deepEqual(mergeChanges([one, one]), one)
})

test('inTurn() gives each request in turn, again and again, and begins where it is told to', () => {
  const next = inTurn([getOf('/a'), getOf('/b'), getOf('/c')], 4)
  assert.deepEqual(
    [next(), next(), next(), next()].map(({ path }) => path),
    ['/b', '/c', '/a', '/b'],
  )
})

for (const lane of lanes) {
  test(`the lane ${lane} sends its requests in turn, each with fields of its own`, async (t) => {
    const seen: { readonly path: string; readonly fields: readonly unknown[] }[] = []
    const server = createServer((request, response) => {
      seen.push({ path: request.url ?? '', fields: [request.headers['x-a'], request.headers['x-b']] })
      response.writeHead(request.url === '/b' ? 500 : 200).end()
    })
    const target = await listen(t, server)
    const own = { 'x-a': 'own', 'x-b': 'own' }
    const requests = { [lane]: [{ ...operation('/a'), headers: own }, operation('/b')] }
    const load = startLane(t, lane, () => target, { requests, headers: { host: 'localhost', 'x-b': 'lane' } })
    await untilLoad(load, 'requests', 40)
    await load.stop()
    const ofA = seen.filter(({ path }) => path === '/a')
    const ofB = seen.filter(({ path }) => path === '/b')
    assert.ok(Math.abs(ofA.length - ofB.length) <= 8, `${ofA.length} and ${ofB.length}`)
    for (const { fields } of ofA) assert.deepEqual(fields, ['own', 'lane'])
    for (const { fields } of ofB) assert.deepEqual(fields, [undefined, 'lane'])
    const { failures } = documentOf(load)
    assert.equal(failures.length, ofB.length)
    for (const { path, operation: name } of failures) assert.deepEqual([path, name], ['/b', 'GET /b'])
  })
}
