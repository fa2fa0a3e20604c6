import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

import { chartSuite, ofKind, renderChart, test, type Values } from './helm.ts'
import type { Container, PodSpec } from './manifest.ts'

const testPod = async (values: Values = {}): Promise<PodSpec> =>
  ofKind(await renderChart(values), 'Pod').spec as PodSpec

const commandOf = (pod: PodSpec): readonly string[] =>
  (pod.containers[0] as Container)['command'] as readonly string[]

const run = promisify(execFile)

/** Runs the program of the hook pod against a server that answers with a status. */
async function exitCode(status: number): Promise<number> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/page' ? status : 500, { location: 'http://nowhere.test/' }).end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const [, ...args] = commandOf(await testPod({ helmTest: { path: '/page' } }))
  const { port } = server.address() as AddressInfo
  const url = args.at(-1)?.replace('shop.default:80', `127.0.0.1:${port}`) ?? ''
  try {
    await run(process.execPath, [...args.slice(0, -1), url])
    return 0
  } catch (error) {
    return (error as { code: number }).code
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

chartSuite('helm test', () => {
  test('a hook pod asks for a page through the Service', async () => {
    const { metadata } = ofKind(await renderChart(), 'Pod')
    assert.equal(metadata.annotations?.['helm.sh/hook'], 'test')
    assert.equal(commandOf(await testPod()).at(-1), 'http://shop.default:80/')
    const headless = await testPod({ service: { headless: true } })
    assert.equal(commandOf(headless).at(-1), 'http://shop.default:3000/')
  })

  test('neither the Service nor the disruption budget counts that pod', async () => {
    const manifests = await renderChart()
    const { labels } = ofKind(manifests, 'Pod').metadata
    const selector = ofKind(manifests, 'Service').spec['selector'] as Record<string, string>
    assert.notEqual(labels['app.kubernetes.io/name'], selector['app.kubernetes.io/name'])
    const long = ofKind(await renderChart({ fullnameOverride: 'a'.repeat(63) }), 'Pod')
    assert.equal(long.metadata.labels['app.kubernetes.io/name']?.length, 63)
  })

  test('it passes with every answer but a server error', async () => {
    assert.deepEqual(await Promise.all([200, 302, 404, 500, 503].map(exitCode)), [0, 0, 0, 1, 1])
  })

  test('it can run another image, and be left out; a worker has nobody to ask', async () => {
    const pod = await testPod({ helmTest: { image: 'node:24' } })
    assert.equal(pod.containers[0].image, 'node:24')
    for (const values of [{ helmTest: { enabled: false } }, { service: { enabled: false } }]) {
      assert.equal(
        (await renderChart(values)).some(({ kind }) => kind === 'Pod'),
        false,
      )
    }
  })
})
