import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperationOptions, Operations } from '../../../src/cli/openapi/operations.ts'
import { only, read } from '../../helpers/operations.ts'

/** The same of `GET /a` with one parameter. */
const withParameter = (parameter: string, rest = ''): string =>
  only(`{ paths: { '/a': { get: { parameters: [${parameter}] } } }${rest} }`)

/** The same of `GET /a` with a required one in the query, described by this. */
const queryOf = (description: string, rest?: string): string =>
  withParameter(`{ name: q, in: query, required: true, ${description} }`, rest)

test('GET and HEAD are sent, and each other method is named with its reason', () => {
  const all = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace']
  const { requests, notSent } = read(`{ paths: { /a: { ${all.map((name) => `${name}: {}`).join(', ')} } } }`)
  assert.deepEqual(
    requests.map(({ method, path, operation }) => [method, path, operation]),
    [
      ['GET', '/a', 'GET /a'],
      ['HEAD', '/a', 'HEAD /a'],
    ],
  )
  assert.deepEqual(
    notSent,
    all.slice(2).map((name) => ({
      operation: `${name.toUpperCase()} /a`,
      reason: 'it is not GET or HEAD',
      unsafe: true,
    })),
  )
})

const inexact =
  "the query parameter 'q' has as its example a number that cannot be kept exactly; write it in quotes"

for (const [description, path] of [
  ['example: 1', '/a?q=1'],
  ['example: 0', '/a?q=0'],
  ['example: false', '/a?q=false'],
  ["example: ''", '/a?q='],
  ['examples: { one: { value: 1 }, two: { value: 2 } }', '/a?q=1'],
  ["examples: { one: { $ref: '#/components/examples/One' } }", '/a?q=o'],
  ['examples: { one: { externalValue: x }, two: { dataValue: 2 } }', '/a?q=2'],
  ['schema: { example: 1, default: 2 }', '/a?q=1'],
  ['schema: { examples: [1, 2] }', '/a?q=1'],
  ['schema: { default: 1 }', '/a?q=1'],
  ['schema: { const: 1 }', '/a?q=1'],
  ['schema: { enum: [null, a, b] }', '/a?q=a'],
  ["schema: { $ref: '#/components/schemas/S' }", '/a?q=s'],
  ["schema: { allOf: [{ type: string }, { $ref: '#/components/schemas/S' }] }", '/a?q=s'],
  ['schema: { items: { enum: [a] } }', '/a?q=a'],
  ['example: [1, 2], explode: false', '/a?q=1,2'],
  ['content: { application/json: { example: { a: [1] } } }', '/a?q=%7B%22a%22%3A%5B1%5D%7D'],
  ['content: { application/json: { schema: { default: 1 } } }', '/a?q=1'],
  ['style: form, example: 1', '/a?q=1'],
  ['style: deepObject, example: { a: 1 }', `the query parameter 'q' has the style "deepObject"`],
  ['schema: { type: string }', "the query parameter 'q' has no example; give it one"],
  ['example: 9007199254740991', '/a?q=9007199254740991'],
  ["example: '9007199254740993'", '/a?q=9007199254740993'],
  ['example: 9007199254740993', inexact],
  ['example: -9007199254740993', inexact],
  ['example: .inf', inexact],
  ['schema: { default: 9007199254740993 }', inexact],
  ['example: [1, 9007199254740993]', inexact],
  ['content: { application/json: { example: { a: [9007199254740993] } } }', inexact],
  ['example: null', "the query parameter 'q' has no example; give it one"],
  ['example: []', "the query parameter 'q' has an empty example"],
  ["schema: { $ref: '#/components/schemas/Tree' }", "the query parameter 'q' has no example; give it one"],
] as const) {
  test(`a query parameter with ${description} becomes ${path}`, () => {
    const components =
      ', components: { examples: { One: { value: o } }, ' +
      "schemas: { S: { const: s }, Tree: { items: { $ref: '#/components/schemas/Tree' } } } }"
    assert.equal(queryOf(description, `${components} `), path)
  })
}

test('optional parameters are left out, and those of another place are refused', () => {
  assert.equal(withParameter('{ name: q, in: query, example: 1 }'), '/a')
  assert.match(withParameter('{ name: q, in: querystring, required: true, example: 1 }'), /no known place/)
  assert.match(withParameter('{ name: q, in: cookie, required: true, example: 1 }'), /--header 'Cookie: …'/)
})

test('parameters of an operation win over those of its path; those of no template are not asked for', () => {
  const yaml = `
paths:
  /a/{id}:
    parameters:
      - { name: id, in: path, required: true, example: path }
      - { name: unused, in: path, required: true }
    get: { parameters: [{ name: id, in: path, required: true, example: [own, 2] }] }`
  assert.equal(only(yaml), '/a/own,2')
})

for (const [example, wanted] of [
  ['..', 'its path would be /a/../b'],
  ['""', "the path parameter 'id' has an empty example"],
] as const) {
  test(`${example} cannot stand in a path`, () => {
    const parameter = `{ name: id, in: path, required: true, example: ${example} }`
    assert.equal(only(`{ paths: { '/a/{id}/b': { get: { parameters: [${parameter}] } } } }`), wanted)
  })
}

test('a name in the template that no parameter describes is a reason', () => {
  assert.equal(only("{ paths: { '/a/{id}': { get: {} } } }"), "the path parameter 'id' is not described")
})

test('a required header field is sent with its example, unless the user gives it or HTTP forbids it', () => {
  const about = 'in: header, required: true, example: x'
  const field = (name: string, options?: Partial<OperationOptions>): Operations =>
    read(`{ paths: { /a: { get: { parameters: [{ name: ${name}, ${about} }] } } } }`, options)
  assert.deepEqual(field('X-Tenant').requests[0]?.headers, { 'x-tenant': 'x' })
  assert.equal(field('X-Tenant', { headerNames: new Set(['x-tenant']) }).requests[0]?.headers, undefined)
  assert.equal(field('Accept').requests[0]?.headers, undefined)
  assert.equal(
    field('Host').notSent[0]?.reason,
    "the header parameter 'Host' is required; pass --header 'Host: …'",
  )
  assert.equal(field('Host', { headerNames: new Set(['host']) }).requests.length, 1)
  assert.match(field('Connection').notSent[0]?.reason ?? '', /'connection' cannot be sent: the load sets/)
})

for (const [servers, base] of [
  ['[]', ''],
  ['[{ url: / }]', ''],
  ['[{ url: /v1/ }, { url: /v2 }]', '/v1'],
  ['[{ url: v1 }]', '/v1'],
  ["[{ url: 'https://shop.example/api/v1' }]", '/api/v1'],
  ["[{ url: '//shop.example/api' }]", '/api'],
  ["[{ url: 'https://{h}.example/{v}', variables: { h: { default: eu }, v: { default: v9 } } }]", '/v9'],
] as const) {
  test(`the servers ${servers} have the base path '${base}'`, () => {
    assert.equal(only(`{ servers: ${servers}, paths: { /a: { get: {} } } }`), `${base}/a`)
  })
}

test('the servers of an operation win over those of its path and of the document, and --url over all', () => {
  const yaml = `
servers: [{ url: /doc }]
paths: { /a: { servers: [{ url: /path }], get: { servers: [{ url: /own }] } } }`
  assert.equal(only(yaml), '/own/a')
  assert.equal(only(yaml.replace('get: { servers: [{ url: /own }] }', 'get: {}')), '/path/a')
  assert.equal(only(yaml, { basePath: '/url' }), '/url/a')
})

for (const [responses, expected] of [
  ['{ 200: {}, 404: {} }', [[200, 200]]],
  [
    "{ '201': {}, '204': {}, default: {} }",
    [
      [201, 201],
      [204, 204],
    ],
  ],
  ['{ 2XX: {} }', [[200, 299]]],
  ['{ default: {} }', [[200, 299]]],
  ['null', [[200, 299]]],
] as const) {
  test(`the responses ${responses} expect ${JSON.stringify(expected)}`, () => {
    const { requests } = read(`{ paths: { /a: { get: { responses: ${responses} } } } }`)
    assert.deepEqual(requests[0]?.expectStatus, expected)
  })
}

for (const [operation, reason] of [
  ['responses: { 302: {} }', 'it documents no 2xx answer'],
  ['responses: { 200: { content: { text/event-stream: {} } } }', 'it answers with an event stream'],
  ['requestBody: { required: true }', 'it needs a body'],
] as const) {
  test(`an operation with ${operation} is not sent`, () => {
    assert.equal(only(`{ paths: { /a: { get: { ${operation} } } } }`), reason)
  })
}

test('what is beyond 32 KiB of requests is not sent', () => {
  const paths = Array.from({ length: 900 }, (_, index) => `/some/path/number/${index}: { get: {} }`)
  const { requests, notSent } = read(`{ paths: { ${paths.join(', ')} } }`)
  assert.ok(Buffer.byteLength(JSON.stringify(requests)) <= 32 * 1024)
  assert.equal(requests.length + notSent.length, 900)
  assert.equal(notSent[0]?.reason, 'it is beyond the first 32 KiB of requests')
})
