import assert from 'node:assert/strict'
import { test } from 'node:test'
import { only, read } from '../../helpers/operations.ts'

const schemes = `
    bearer: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: X-Key }
    session: { type: apiKey, in: cookie, name: sid }
    query: { type: apiKey, in: query, name: key }`
for (const [security, given, wanted] of [
  ['[]', '', '/a'],
  ['[{}]', '', '/a'],
  ['[{ bearer: [] }, {}]', '', '/a'],
  ['[{ bearer: [] }]', '', "it needs the security scheme 'bearer'; pass --header 'Authorization: …'"],
  ['[{ bearer: [] }]', 'authorization', '/a'],
  ['[{ key: [] }]', 'authorization', "it needs the security scheme 'key'; pass --header 'X-Key: …'"],
  ['[{ bearer: [] }, { key: [] }]', 'x-key', '/a'],
  [
    '[{ bearer: [], key: [] }]',
    'x-key',
    "it needs the security scheme 'bearer'; pass --header 'Authorization: …'",
  ],
  ['[{ session: [] }]', 'cookie', '/a'],
  ['[{ query: [] }]', 'cookie', "it needs the security scheme 'query', which no header field can meet"],
  ['[{ none: [] }]', 'cookie', "it needs the security scheme 'none', which no header field can meet"],
] as const) {
  test(`with the header '${given}' the security ${security} makes ${wanted}`, () => {
    const own = only(
      `
paths: { /a: { get: { security: ${security} } } }
components:
  securitySchemes:${schemes}`,
      { headerNames: new Set(given === '' ? [] : [given]) },
    )
    assert.equal(own, wanted)
  })
}

test('the security of the document holds for an operation without its own', () => {
  const yaml = `{ security: [{ bearer: [] }], paths: { /a: { get: {} }, /b: { get: { security: [] } } } }`
  const { requests, notSent } = read(yaml)
  assert.deepEqual([requests.length, notSent[0]?.operation], [1, 'GET /a'])
})
