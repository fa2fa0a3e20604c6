import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { askHttp, type ProbeTarget } from '../../../../../src/rollout/drivers/kubernetes/agent/ask-http.ts'
import {
  readScrape,
  scrapeMetrics,
} from '../../../../../src/rollout/drivers/kubernetes/agent/metrics-scrape.ts'
import { readinessTarget } from '../../../../../src/rollout/drivers/kubernetes/agent/pod-facts.ts'
import { probeReadiness } from '../../../../../src/rollout/drivers/kubernetes/agent/readiness-probe.ts'
import type { PodObject } from '../../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import type { Scope } from '../../../../helpers/fake-api-server.ts'
import { makePod } from '../../../../helpers/kubernetes-objects.ts'

interface Place {
  readonly server: Server
  readonly target: ProbeTarget
  readonly ending: AbortController
}

async function serve(t: Scope, listener: RequestListener): Promise<Place> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ending = new AbortController()
  t.after(() => {
    ending.abort()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const target = { host: '127.0.0.1', port, path: '/readyz?all', isHttps: false, headers: { 'x-probe': 'a' } }
  return { server, target, ending }
}

const metrics = [
  '# TYPE lastcall_forced_closes_total counter',
  'lastcall_forced_closes_total{kind="request"} 2',
  'lastcall_forced_closes_total{kind="upgrade"} 1',
  'lastcall_requests_in_flight{server="http",kind="request"} 4',
  'lastcall_requests_in_flight{server="http",kind="stream"} 1',
  'lastcall_requests_in_flight_max 99',
].join('\n')

suite('probeReadiness()', () => {
  test('says when the probe begins to fail and to pass again, also when nobody answers', async (t) => {
    let status = 200
    const asked: string[] = []
    const { server, target, ending } = await serve(t, ({ url, headers }, response) => {
      asked.push(`${url} ${String(headers['x-probe'])} ${String(headers.connection)}`)
      response.writeHead(status).end()
    })
    const seen: boolean[] = []
    const probing = probeReadiness(target, (passes) => seen.push(passes), ending.signal)
    await eventually('it passes', () => seen.length === 1)
    status = 503
    await eventually('it fails', () => seen.length === 2)
    status = 302
    await eventually('it passes again', () => seen.length === 3)
    server.close()
    await eventually('nobody answers', () => seen.length === 4)
    ending.abort()
    await probing
    assert.deepEqual(seen, [true, false, true, false])
    assert.deepEqual(new Set(asked), new Set(['/readyz?all a close']))
  })
})

suite('scrapeMetrics()', () => {
  test('resolves to the last that the metrics said, after the pod has ended', async (t) => {
    let text = metrics
    let scrapes = 0
    const { server, target, ending } = await serve(t, ({ url }, response) => {
      scrapes++
      response.writeHead(url === '/metrics' ? 200 : 404).end(text)
    })
    const last = scrapeMetrics(target, () => true, ending.signal)
    await eventually('the first scrape', () => scrapes >= 1)
    text = metrics.replace('"upgrade"} 1', '"upgrade"} 7')
    const before = scrapes
    // The one after the next has begun after the change.
    await eventually('two more', () => scrapes >= before + 2)
    server.close()
    ending.abort()
    const { forcedCloses, inFlight } = (await last)!
    assert.deepEqual([forcedCloses, inFlight], [9, 5])
  })

  test('asks a pod without such metrics once', async (t) => {
    let scrapes = 0
    const { target, ending } = await serve(t, (_, response) => {
      scrapes++
      response.end('process_cpu_seconds_total 7\n')
    })
    assert.equal(await scrapeMetrics(target, () => true, ending.signal), undefined)
    assert.equal(scrapes, 1)
  })

  test('readScrape() adds up the series of each kind and server, and takes no other name for one', () => {
    assert.deepEqual(readScrape(metrics, 5), { atMs: 5, forcedCloses: 3, inFlight: 5 })
    assert.deepEqual(readScrape('lastcall_forced_closes_total 1', 5), {
      atMs: 5,
      forcedCloses: 1,
      inFlight: 0,
    })
    assert.equal(
      readScrape('lastcall_forced_closes_total_x 1\n# lastcall_forced_closes_total 1', 5),
      undefined,
    )
  })
})

suite('askHttp()', () => {
  test('gives up a pod that takes too long, one that breaks off, and one that is asked no more', async (t) => {
    const { target, ending } = await serve(t, ({ url }, response) => {
      if (url === '/cut') response.write('half', () => response.destroy())
    })
    assert.equal(await askHttp(target, ending.signal), undefined)
    assert.equal(await askHttp({ ...target, path: '/cut' }, ending.signal), undefined)
    const asked = askHttp(target, ending.signal)
    ending.abort()
    assert.equal(await asked, undefined)
  })
})

suite('readinessTarget()', () => {
  const pod = (httpGet?: object): PodObject => {
    const made = makePod('shop-1-a', { status: { podIP: '10.0.0.1' } })
    const [app] = made.spec.containers
    const probe = httpGet && { readinessProbe: { httpGet: { port: 'http', ...httpGet } } }
    return { ...made, spec: { containers: [{ name: 'app', ports: app!.ports!, ...probe }] } }
  }

  test('reads port, path, scheme and headers of the container behind the Service', () => {
    const httpHeaders = [{ name: 'Host', value: 'shop.local' }]
    const found = readinessTarget(pod({ path: '/up', scheme: 'HTTPS', httpHeaders }), 'http')
    assert.deepEqual(found, {
      host: '10.0.0.1',
      port: 3_000,
      path: '/up',
      isHttps: true,
      headers: { host: 'shop.local' },
    })
    assert.deepEqual(
      [readinessTarget(pod({ port: 8081 }), 'http')?.port, readinessTarget(pod({}), 'http')?.path],
      [8_081, '/'],
    )
  })

  test('there is none without httpGet, with another host, or with a port that has no number', () => {
    for (const odd of [pod(), pod({ host: 'elsewhere' }), pod({ port: 'nosuch' })])
      assert.equal(readinessTarget(odd, 'http'), undefined)
  })
})
