import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startExample } from './program.ts'

const listening = 'Server listening'
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function jsonOf(response: Response | Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await response).json()) as Record<string, unknown>
}

async function untilInFlight(probeUrl: string, count: number): Promise<void> {
  const wanted = `lastcall_requests_in_flight{server="main",kind="request"} ${count}\n`
  for (const end = performance.now() + 5_000; ;) {
    const page = await (await fetch(`${probeUrl}/metrics`)).text()
    if (page.includes(wanted)) return
    assert.ok(performance.now() < end, `not ${count} in flight within 5 s:\n${page}`)
  }
}

test('the example answers on its routes, and its probes and metrics beside them', async (t) => {
  const { child, line, url, probeUrl, exited } = await startExample(t, 'fastify/server.ts')
  await line(listening)
  assert.equal((await jsonOf(fetch(url)))['hello'], 'orders')
  const echo = await fetch(`${url}/echo`, post({ id: 'a-1' }))
  assert.deepEqual(await echo.json(), { id: 'a-1', item: 'tea' })
  assert.equal((await fetch(`${url}/echo`, post({ item: 'tea' }))).status, 400)
  assert.equal((await jsonOf(fetch(`${url}/slow?ms=5`)))['sleptMs'], 5)
  assert.equal((await fetch(`${url}/slow?ms=60001`)).status, 400)
  assert.equal((await fetch(`${probeUrl}/readyz`)).status, 200)
  const page = await (await fetch(`${probeUrl}/metrics`)).text()
  assert.match(page, /^lastcall_state\{state="ready"\} 1$/m)
  assert.match(page, /^process_start_time_seconds /m)
  child.kill('SIGTERM')
  assert.equal(await exited, 0)
})

test('SIGTERM in the middle of a slow request and a stream: both complete, then the pool closes, then exit 0', async (t) => {
  const env = { LASTCALL_SHUTDOWN_DELAY: '1s' }
  const { child, line, lines, url, probeUrl, exited } = await startExample(t, 'fastify/server.ts', env)
  await line(listening)
  const slow = fetch(`${url}/slow?ms=2000`)
  const stream = fetch(`${url}/stream?chunks=30`)
  await untilInFlight(probeUrl, 2)
  child.kill('SIGTERM')
  await line('readinessFailed')
  assert.equal((await fetch(`${probeUrl}/readyz`)).status, 503)
  assert.equal((await fetch(url)).status, 200)

  const answer = await slow
  assert.equal(answer.status, 200)
  assert.equal((await jsonOf(answer))['sleptMs'], 2_000)
  const [, body, hash] = /^(.*\n)sha256 (\w+)\n$/s.exec(await (await stream).text()) ?? []
  assert.ok(body)
  assert.equal(createHash('sha256').update(body).digest('hex'), hash)
  assert.equal(body.split('\n').length, 31)

  assert.equal(await exited, 0)
  // At the exit pino's flushSync() may overtake a line whose write is under way, so that lines change places
  // and none is lost (sonic-boom, index.js).
  const written = lines.map((text) => JSON.parse(text))
  const timeOf = (text: string): number => written.find(({ msg }) => msg.includes(text)).time
  assert.ok(timeOf('connectionsDrained') <= timeOf('pool closed'))
  const { report } = written.find((entry) => entry.report)
  assert.deepEqual(
    report.hooks.map(({ name, outcome }: { name: string; outcome: string }) => [name, outcome]),
    [
      ['fastify', 'finished'],
      ['pool', 'finished'],
    ],
  )
  assert.deepEqual(
    [report.clean, report.forcedCloses.total, report.requestsAfterShutdown],
    [true, 0, { delaying: 1 }],
  )
})

test('the control answers the same routes and its probes, and ends on SIGTERM', async (t) => {
  const { child, line, url, probeUrl, exited } = await startExample(t, 'fastify/bare.ts')
  await line('listening')
  assert.equal((await jsonOf(fetch(url)))['hello'], 'orders')
  assert.deepEqual(await (await fetch(`${url}/echo`, post({ id: 'a-1' }))).json(), { id: 'a-1' })
  assert.equal((await fetch(`${url}/echo`, post({}))).status, 400)
  assert.equal((await jsonOf(fetch(`${url}/slow?ms=5`)))['sleptMs'], 5)
  for (const path of ['livez', 'readyz', 'startupz']) {
    assert.equal((await fetch(`${probeUrl}/${path}`)).status, 200)
  }
  child.kill('SIGTERM')
  assert.equal(await exited, 0)
})
