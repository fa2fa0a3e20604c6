import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Command } from 'commander'
import { createFlagReader } from '../../src/cli/flag-reader.ts'
import { addLoadFlags, readLoadFlags } from '../../src/cli/load-flags.ts'
import { getOf } from '../../src/load/plain-request.ts'
import type { LoadOptions } from '../../src/load/load-options.ts'

const fallbacks = { ratePerSecond: 100, slowMs: 3_000, idleLimitMs: 2_000, quietMs: 0, hostHeader: 'shop' }

function read(...argv: string[]): { load: LoadOptions; problems: readonly string[] } {
  const raw = addLoadFlags(new Command()).parse(argv, { from: 'user' }).opts()
  const reader = createFlagReader(raw)
  return { load: readLoadFlags(reader, raw, fallbacks), problems: reader.problems }
}

function writeFile(t: TestContext, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'body'), content)
  return join(folder, 'body')
}

test('--header adds a field to every request, with its name in lower case, and may name the host', () => {
  const { load, problems } = read('--header', 'X-Team: a: b', '--header', 'HOST:shop.example:81')
  assert.deepEqual(problems, [])
  assert.deepEqual(load.headers, { host: 'shop.example:81', 'x-team': 'a: b' })
  assert.deepEqual(read().load.headers, { host: 'shop' })
})

for (const [field, words] of [
  ['X-Team', /got '…', wanted 'Name: value'$/],
  [': a', /which is not a valid HTTP header field \(Header name must be a valid HTTP token/],
  ['X Team: a', /which is not a valid HTTP header field/],
  ['X-Team: a\nb', /which is not a valid HTTP header field \(Invalid character/],
  ['X-Team: 🦊', /which is not a valid HTTP header field/],
  ['Host:', /wanted a host$/],
  ['Content-Length: 4', /the load sets this field itself$/],
  ['Connection: close', /the load sets this field itself$/],
  ['Sec-WebSocket-Key: a', /the load sets this field itself$/],
] as const) {
  test(`--header refuses ${JSON.stringify(field)}`, () => {
    const { problems } = read('--header', field)
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, words)
    assert.ok(problems[0]!.startsWith('--header: '))
  })
}

test('--header refuses a name that is given twice', () => {
  const { problems } = read('--header', 'X-Team: a', '--header', 'x-team: b')
  assert.deepEqual(problems, [
    "--header: got 'x-team: …', this field has a value already; separate several values by commas",
  ])
})

test('without a flag new-connections asks for GET / and the other lanes have requests of their own', () => {
  const { load } = read()
  assert.deepEqual(load.requests, { 'new-connections': [getOf('/')] })
  assert.deepEqual(load.unasked, load.lanes)
})

test('each flag of a request has the lanes send it, and they count as named', () => {
  for (const [argv, request] of [
    [['--path', '/a'], getOf('/a')],
    [['--method', 'head'], { ...getOf('/'), method: 'HEAD' }],
    [['--body', '{}'], { ...getOf('/'), method: 'POST', body: '{}' }],
    [['--body', '', '--method', 'PUT'], { ...getOf('/'), method: 'PUT', body: '' }],
    [
      ['--expect-status', '404, 2XX'],
      {
        ...getOf('/'),
        expectStatus: [
          [404, 404],
          [200, 299],
        ],
      },
    ],
  ] as const) {
    const { load, problems } = read(...argv)
    assert.deepEqual(problems, [])
    const names = ['new-connections', 'keep-alive', 'think-time', 'http2']
    assert.deepEqual(load.requests, Object.fromEntries(names.map((name) => [name, [request]])))
    assert.deepEqual(load.unasked, ['slow'])
  }
})

test('--echo-path beside --path keeps the lanes that compare the id', () => {
  const { load } = read('--path', '/a', '--echo-path', '/b')
  assert.deepEqual([load.requests, load.paths['echo']], [{ 'new-connections': [getOf('/a')] }, '/b'])
})

test('--body @file sends the content of a file', (t) => {
  const file = writeFile(t, '{"é":1}\n')
  assert.equal(read('--body', `@${file}`).load.requests['keep-alive']?.[0]?.body, '{"é":1}\n')
})

test('--body refuses a file that is not there, that is no text, and that is too large', (t) => {
  const binary = writeFile(t, Buffer.from([0xff, 0xfe]))
  const large = writeFile(t, 'x'.repeat(64 * 1024 + 1))
  for (const [body, words] of [
    ['@/no/such/file', /^--body: '\/no\/such\/file' cannot be read \(ENOENT/],
    [`@${binary}`, /^--body: '@.*' is not UTF-8 text$/],
    [`@${large}`, /^--body: has more than 65536 bytes$/],
    ['@/dev/zero', /^--body: has more than 65536 bytes$/],
  ] as const) {
    const { problems } = read('--body', body)
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, words)
  }
  assert.deepEqual(read('--body', 'x'.repeat(64 * 1024)).problems, [])
})

test('everything that is wrong with a request is said at once', () => {
  const argv = [
    '--path',
    'a',
    '--method',
    'FETCH',
    '--expect-status',
    '200,1xx,600,,abc',
    '--echo-path',
    '/a b',
  ]
  assert.deepEqual(
    read(...argv).problems.map((problem) => problem.split(',')[0]),
    [
      "--method: got 'FETCH'",
      "--path: got 'a'",
      ...['1xx', '600', '', 'abc'].map((word) => `--expect-status: got '${word}'`),
      "--echo-path: got '/a b'",
    ],
  )
})
