import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import { createTimeline, type Timeline } from '../../../../src/rollout/timeline.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { httpGet } from '../../../helpers/http-get.ts'

/** A pod whose probes are answered in this order, the last answer for ever; `hang` and `half` never end. */
function startPod(t: TestContext, answers: readonly (number | 'hang' | 'half')[], readyTimeoutMs = 20_000) {
  const script = `
    const answers = ${JSON.stringify(answers)}
    let nth = 0
    require('node:http').createServer((request, response) => {
      if (request.url === '/probes') return void response.end(String(nth))
      const answer = answers[Math.min(nth++, answers.length - 1)]
      if (answer === 'hang') return
      if (answer === 'half') return void response.write('half')
      response.writeHead(answer).end('x'.repeat(2000))
    }).listen(process.env.PORT)`
  const timeline = createTimeline()
  const driver = createLocalDriver(
    {
      command: [process.execPath, '-e', script],
      cwd: process.cwd(),
      env: process.env,
      replicas: 1,
      budget: { preStopMs: 0, shutdownDelayMs: 0, drainTimeoutMs: 0, hooksTimeoutMs: 0 },
      readinessFailDelayMs: 0,
      gracePeriodMs: 1_000,
      endpointLagMs: 0,
      readiness: { kind: 'path', path: '/ready' },
      readyTimeoutMs,
    },
    timeline,
  )
  t.after(() => driver.stop())
  return { driver, timeline }
}

const changes = (timeline: Timeline): readonly string[] =>
  timeline.events.map(({ kind }) => kind).filter((kind) => /^pod-(un)?ready$/.test(kind))

for (const status of [200, 204, 302, 399]) {
  test(`a probe that is answered with ${status} is a success, as for the kubelet`, async (t) => {
    const { driver, timeline } = startPod(t, [status])
    await driver.start()
    assert.deepEqual(changes(timeline), ['pod-ready'])
  })
}

for (const status of [400, 404, 503]) {
  test(`a probe that is answered with ${status} is none, and the error says what it got`, async (t) => {
    const { driver, timeline } = startPod(t, [status], 800)
    await assert.rejects(driver.start(), ({ message }: Error) => {
      assert.match(message, new RegExp(`GET /ready answered ${status} \\(x+`))
      assert.ok(message.length < 1_000, 'the whole body is in the message')
      return true
    })
    assert.deepEqual(changes(timeline), [])
  })
}

test('two failures in a row leave a pod ready', async (t) => {
  const { driver, timeline } = startPod(t, [200, 500, 500, 200])
  await driver.start()
  const { port } = driver.pods()[0]!.local!
  // The next probe is sent when the one before it has been judged.
  await eventually('five probes', async () => Number((await httpGet(port, '/probes')).body) >= 5)
  assert.deepEqual(changes(timeline), ['pod-ready'])
})

test('three failures in a row make a pod unready, and one success makes it ready again', async (t) => {
  const { driver, timeline } = startPod(t, [200, 500, 500, 500, 200])
  await driver.start()
  await eventually('it is ready again', () => changes(timeline).length === 3)
  assert.deepEqual(changes(timeline), ['pod-ready', 'pod-unready', 'pod-ready'])
  assert.equal(driver.pods()[0]?.state, 'ready')
})

test('a probe that gets no answer, or half of one, has failed when its time is over', async (t) => {
  const { driver, timeline } = startPod(t, [200, 'hang', 'half', 'hang', 200])
  await driver.start()
  await eventually('it is unready', () => changes(timeline).length === 2)
  assert.equal(driver.pods()[0]?.state, 'unready')
  await eventually('it is ready again', () => changes(timeline).length === 3)
  assert.deepEqual(changes(timeline), ['pod-ready', 'pod-unready', 'pod-ready'])
})
