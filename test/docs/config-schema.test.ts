import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { schemaFile, schemaText } from '../../scripts/docs/config-schema.ts'
import { codeBlocksOf } from './pages.ts'

const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(schemaText()) as object)

suite('the schema of lastcall.yaml', () => {
  test('is what the flags say', () => {
    assert.equal(readFileSync(schemaFile, 'utf8'), schemaText(), 'run: npm run docs')
  })

  test('takes every example of the guide', () => {
    const examples = codeBlocksOf('docs/guides/requests.md')
      .filter(({ language, code }) => language === 'yaml' && !code.includes('openapi: 3.'))
      .map(({ code }) => code)
    assert.ok(examples.length > 0)
    for (const text of examples) assert.equal(validate(parse(text)), true, text)
  })

  const valid: readonly string[] = [
    '',
    'load: { url: "https://shop", insecure: true, duration: 1.5m, progress: 0, lanes: all }',
    'rehearse: { rate: 100, lanes: [slow, sse], body: [1], color: false, expectStatus: 404 }',
    'rollout: { port: 80, http2Port: 81, namespace: prod, headers: { a: b, c: 1 } }',
    'lanes: { slow: { headers: { a: b } }, http2: { method: PUT, body: x, expectStatus: [2xx, 404] } }',
  ]

  const invalid: readonly string[] = [
    '[]',
    'lod: {}',
    'load: { ratte: 5 }',
    'load: { rate: 0 }',
    'load: { duration: 5 }',
    'load: { duration: 5 minutes }',
    'load: { insecure: "yes" }',
    'load: { config: other.yaml }',
    'load: { headers: { a: [b] } }',
    'load: { lanes: [fax] }',
    'lanes: { slow: { path: /a } }',
    'lanes: { http2: { method: FETCH } }',
  ]
  for (const text of [...valid, ...invalid]) {
    const isValid = valid.includes(text)
    test(`${isValid ? 'takes' : 'refuses'} ${text}`, () => assert.equal(validate(parse(text)), isValid))
  }
})
