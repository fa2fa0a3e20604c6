import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { suite, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { listen } from '../helpers/listen.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin, documentOf, startCluster } from '../helpers/rollout-command.ts'

const CERT = 'test/fixtures/tls/cert.pem'

/** What an Ingress would do, and the hosts that it was asked for. */
function ingress(hosts: Set<string>): RequestListener {
  return ({ url = '/', headers }, response) => {
    hosts.add(headers.host ?? '')
    const { searchParams } = new URL(url, 'http://shop')
    setTimeout(() => response.end('ok'), Number(searchParams.get('ms') ?? 0))
  }
}

suite('lastcall rollout --url', () => {
  test('sends to the URL and needs no Service', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.remove(paths.services, 'shop')
    const hosts = new Set<string>()
    const { port } = await listen(t, createServer(ingress(hosts)))
    const { io, code } = begin(t, cluster, '--url', `http://127.0.0.1:${port}/shop`, '-o', 'json')
    const exitCode = await code
    const document = documentOf(io)
    assertNothingAgainst(exitCode, document.verdict)
    assert.deepEqual([document.load.failed, [...hosts]], [0, [`127.0.0.1:${port}`]])
    assert.deepEqual(
      [document.url, document.service, document.port],
      [`http://127.0.0.1:${port}/shop`, undefined, undefined],
    )
    assert.ok(document.pods.some(({ deletedAt }) => deletedAt !== undefined))
    assert.match(io.err(), new RegExp(`the load goes to http://127.0.0.1:${port}/shop`))
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('speaks TLS with the authority that is named, and observes the one Service', async (t) => {
    const cluster = await startCluster(t)
    const pair = { key: readFileSync('test/fixtures/tls/key.pem'), cert: readFileSync(CERT) }
    const { port } = await listen(t, createHttpsServer(pair, ingress(new Set())))
    const url = `https://127.0.0.1:${port}/`
    const { io, code } = begin(t, cluster, '--url', url, '--ca', CERT, '-o', 'json')
    const exitCode = await code
    const document = documentOf(io)
    assertNothingAgainst(exitCode, document.verdict)
    assert.deepEqual([document.load.failed, document.url, document.service], [0, url, 'shop'])
  })

  test('a certificate that is not accepted ends the run before anything is restarted', async (t) => {
    const cluster = await startCluster(t)
    const pair = { key: readFileSync('test/fixtures/tls/key.pem'), cert: readFileSync(CERT) }
    const { port } = await listen(t, createHttpsServer(pair, ingress(new Set())))
    const { io, code } = begin(t, cluster, '--url', `https://127.0.0.1:${port}`)
    assert.equal(await code, 2)
    assert.match(io.err(), /is not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT.*; pass --ca/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a Service that was named has to be there, also beside a URL', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--url', 'http://127.0.0.1:1', '--service', 'another')
    assert.equal(await code, 2)
    assert.match(io.err(), /--service: the Service 'another' is not there/)
  })

  test('--dry-run names the URL and hands its authority to the agent', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--url', 'https://shop.example/a', '--ca', CERT, '--dry-run')
    assert.equal(await code, 0, io.err())
    assert.match(io.out(), /send load to https:\/\/shop\.example\/a, and create:/)
    assert.match(io.out(), /BEGIN CERTIFICATE/)
  })

  test('flags of TLS without a URL are refused before the cluster is asked', async () => {
    const io = captureIo()
    assert.equal(await main(['rollout', 'deploy/shop', '--insecure', '--kubeconfig', '/no/such'], io), 2)
    assert.match(io.err(), /--insecure: needs a --url or --jobs-url that begins with https/)
  })
})
