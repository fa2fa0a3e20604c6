import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { test } from 'node:test'
import { createFlagReader, type RawFlags } from '../../src/cli/flag-reader.ts'
import { main } from '../../src/cli/main.ts'
import { readUrlTarget, type UrlTarget } from '../../src/cli/url-flags.ts'
import { answer } from '../fixtures/answer.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { listen } from '../helpers/listen.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

const CERT = 'test/fixtures/tls/cert.pem'

function read(raw: RawFlags): { found: UrlTarget | undefined; problems: readonly string[] } {
  const reader = createFlagReader(raw)
  return { found: readUrlTarget(reader, raw), problems: reader.problems }
}

test('--url says host, ports and TLS', () => {
  const ca = readFileSync(CERT, 'utf8')
  for (const [raw, target] of [
    [{ url: 'http://shop' }, { host: 'shop', port: 80, http2Port: 81 }],
    [
      { url: 'http://[::1]:3000/a', http2Port: '9' },
      { host: '::1', port: 3000, http2Port: 9 },
    ],
    [{ url: 'http://shop:65535' }, { host: 'shop', port: 65_535, http2Port: 65_535 }],
    [
      { url: 'https://shop.example/a?b' },
      {
        host: 'shop.example',
        port: 443,
        http2Port: 443,
        tls: { insecure: false, servername: 'shop.example' },
      },
    ],
    [
      { url: 'https://127.0.0.1:8443', insecure: true },
      { host: '127.0.0.1', port: 8443, http2Port: 8443, tls: { insecure: true } },
    ],
    [
      { url: 'https://[::1]', ca: CERT, http2Port: '444' },
      { host: '::1', port: 443, http2Port: 444, tls: { insecure: false, ca } },
    ],
  ] as const) {
    const { found, problems } = read(raw)
    assert.deepEqual(problems, [])
    assert.deepEqual(found?.target, target)
  }
})

for (const [raw, words] of [
  [{}, /^--url: is missing; name one such as/],
  [{ url: 'shop' }, /^--url: got 'shop', wanted one such as/],
  [{ url: 'ftp://shop' }, /^--url: got 'ftp:\/\/shop'/],
  [{ url: 'http://a:b@shop' }, /^--url: contains a password/],
  [{ url: 'http://shop', ca: CERT }, /^--ca: needs a --url or --jobs-url that begins with https/],
  [{ url: 'http://shop', insecure: true }, /^--insecure: needs a --url or --jobs-url that begins with https/],
  [{ url: 'https://shop', insecure: true, ca: CERT }, /^--insecure: accepts any certificate/],
  [{ url: 'https://shop', ca: '/no/such' }, /^--ca: '\/no\/such' cannot be read \(ENOENT/],
  [
    { url: 'https://shop', ca: 'package.json' },
    /^--ca: 'package.json' has no certificate in it, wanted PEM$/,
  ],
  [{ url: 'https://shop', http2Port: '0' }, /^--http2-port: got '0'/],
] as const) {
  test(`the flags of a URL refuse ${JSON.stringify(raw)}`, () => {
    const { problems } = read(raw)
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, words)
  })
}

test('load sends to an https URL whose authority it is told, and refuses it otherwise', async (t) => {
  const pair = { key: readFileSync('test/fixtures/tls/key.pem'), cert: readFileSync(CERT) }
  const server = createHttpsServer(pair, answer)
  const { port } = await listen(t, server)
  const flags = ['--lanes', 'new-connections,keep-alive', '--duration', '400ms', '--json', '-']
  const run = async (
    host: string,
    ...more: string[]
  ): Promise<{ code: number; out: string; err: string }> => {
    const io = captureIo()
    const code = await main(['load', '--url', `https://${host}:${port}`, ...flags, ...more], io)
    return { code, out: io.out(), err: io.err() }
  }
  for (const [host, more] of [
    ['127.0.0.1', ['--ca', CERT]],
    ['127.0.0.1', ['--insecure', '--header', 'Authorization: Bearer secret-1']],
  ] as const) {
    const { code, out, err } = await run(host, ...more)
    assert.notEqual(out, '', err)
    const { failed, verdict } = JSON.parse(out) as { failed: number; verdict: never }
    assertNothingAgainst(code, verdict)
    assert.equal(failed, 0)
    assert.ok(!out.includes('secret-1'))
  }
  const refused = await run('127.0.0.1')
  assert.equal(refused.code, 2)
  assert.match(
    refused.err,
    /sends: the certificate of 127\.0\.0\.1:\d+ is not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT.*; pass --ca with/,
  )
})

test('load says when the host of its URL cannot be looked up', async () => {
  const io = captureIo()
  assert.equal(await main(['load', '--url', 'https://no-such.invalid', '--start-timeout', '1ms'], io), 2)
  assert.match(io.err(), /--url: 'no-such.invalid' cannot be looked up \(/)
})
