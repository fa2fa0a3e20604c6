import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFlagReader } from '../../../src/cli/flag-reader.ts'
import { readOpenApi, type ReadOpenApi } from '../../../src/cli/openapi/read-openapi.ts'

function read(
  t: TestContext,
  text: string,
  flags: Readonly<Record<string, unknown>> = {},
): { readonly found: ReadOpenApi | undefined; readonly problems: readonly string[] } {
  const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'a.yaml'), text)
  const reader = createFlagReader({ openapi: 'a.yaml', ...flags })
  return { found: readOpenApi(reader, { cwd }), problems: reader.problems }
}

const paths = 'paths: { /a: { get: {} } }'

for (const [what, text, problem] of [
  ['not YAML', 'openapi: [', /^is neither JSON nor YAML: .*$/],
  ['broken JSON', '{ "openapi": "3.0.0", ', /^is neither JSON nor YAML: .*$/],
  ['a list', '- a', /^is not an OpenAPI document: it has no keys and values$/],
  ['empty', '', /^is not an OpenAPI document: it has no keys and values$/],
  [
    'Swagger 2',
    `{ swagger: '2.0', ${paths} }`,
    /^has swagger: "2.0", which is not supported; convert it to OpenAPI 3/,
  ],
  ['without a version', `{ ${paths} }`, /^has no key 'openapi', wanted 3.0, 3.1 or 3.2$/],
  ['version 4', `{ openapi: 4.0.0, ${paths} }`, /^has openapi: "4.0.0", wanted 3.0, 3.1 or 3.2$/],
  ['without paths', 'openapi: 3.1.0', /^has no 'paths', and so no operation to send$/],
  [
    'without operations',
    '{ openapi: 3.1.0, paths: {} }',
    /^has no operation with GET or HEAD; name a request/,
  ],
  [
    'without a safe operation',
    '{ openapi: 3.1.0, paths: { /a: { post: {}, delete: {} } } }',
    /^has no operation with GET or HEAD; name a request with --path and --method$/,
  ],
  [
    'without an example',
    "{ openapi: 3.1.0, paths: { '/a/{id}': { get: { parameters: [{ name: id, in: path }] } } } }",
    /^has no operation that can be sent: GET \/a\/\{id\}: the path parameter 'id' has no example; give/,
  ],
  [
    'a remote reference',
    '{ openapi: 3.1.0, paths: { /a: { $ref: common.yaml#/a } } }',
    /^refers to 'common.yaml#\/a', which is another file; bundle both into one, for example with npx @redocly/,
  ],
  [
    'a reference to nothing',
    "{ openapi: 3.1.0, paths: { /a: { $ref: '#/components/x~1y' } } }",
    /^refers to '#\/components\/x~1y', which it does not have$/,
  ],
  [
    'a reference to what every object has',
    "{ openapi: 3.1.0, paths: { /a: { $ref: '#/constructor' } } }",
    /^refers to '#\/constructor', which it does not have$/,
  ],
  [
    'a circle of references',
    "{ openapi: 3.1.0, paths: { /a: { $ref: '#/b' } }, b: { $ref: '#/c' }, c: { $ref: '#/b' } }",
    /^has a circle of references: '#\/b'$/,
  ],
  [
    'a server that is no URL',
    `{ openapi: 3.1.0, servers: [{ url: 'http://a b/' }], ${paths} }`,
    /^has the server 'http:\/\/a b\/', which is not a URL$/,
  ],
  [
    'a server with an unknown variable',
    `{ openapi: 3.1.0, servers: [{ url: '/{v}' }], ${paths} }`,
    /^has the server '\/\{v\}', whose variable 'v' has no default$/,
  ],
] as const) {
  test(`a document that is or has ${what} is refused in one sentence`, (t) => {
    const { found, problems } = read(t, text)
    assert.deepEqual([found, problems.length], [undefined, 1])
    const [, sentence = ''] = /^--openapi: 'a\.yaml' (.*)$/.exec(problems[0] ?? '') ?? []
    assert.match(sentence, problem)
  })
}

test('a document that is not there is refused', (t) => {
  const { problems } = read(t, '', { openapi: 'none.yaml' })
  assert.match(problems.join('\n'), /^--openapi: 'none\.yaml' cannot be read \(ENOENT.*\)$/)
})

for (const version of ["'3.0.3'", '3.0', '3.1.0', '3.2.0']) {
  test(`openapi: ${version} is read`, (t) => {
    const { found, problems } = read(t, `{ openapi: ${version}, ${paths} }`)
    assert.deepEqual(problems, [])
    assert.deepEqual(found?.facts, {
      file: 'a.yaml',
      sent: [{ operation: 'GET /a', path: '/a' }],
      notSent: [],
    })
  })
}

for (const flag of ['path', 'method', 'body', 'expectStatus']) {
  test(`--openapi is refused together with ${flag}, which describes one request`, (t) => {
    const { problems } = read(t, `{ openapi: 3.1.0, ${paths} }`, { [flag]: 'x' })
    assert.match(problems.join('\n'), /^--[\w-]+: describes one request, and --openapi many; leave one/)
  })
}

test('references follow JSON Pointers, percent-encoded as in a URI', (t) => {
  const { found, problems } = read(
    t,
    `
openapi: 3.1.0
paths: { /a: { $ref: '#/x-items/a~1b~0c%20d' } }
x-items: { 'a/b~c d': { get: {} } }`,
  )
  assert.deepEqual([problems, found?.requests.length], [[], 1])
})

test('a circle that YAML can write is refused, and does not end the program', (t) => {
  const { problems } = read(
    t,
    `
openapi: 3.1.0
paths: { /a: { get: { parameters: [{ name: q, in: query, required: true, example: &e { a: *e } }] } } }`,
  )
  assert.match(problems.join('\n'), /^--openapi: 'a\.yaml' has an anchor that contains itself/)
})
