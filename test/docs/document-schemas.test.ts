import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { documentKinds, documentSchemas, schemaFileOf } from '../../scripts/docs/document-schemas.ts'
import { assertDocument } from '../helpers/documents.ts'
import { codeBlocksOf, readPage } from './pages.ts'

suite('the schemas of the JSON documents', () => {
  test('are what the types say', () => {
    for (const [file, text] of documentSchemas())
      assert.equal(readFileSync(file, 'utf8'), text, `${file}: run: npm run docs`)
  })

  test('are named in the reference, one for each kind', () => {
    for (const { name } of documentKinds)
      assert.ok(readPage('docs/reference/documents.md').includes(`(../../${schemaFileOf(name)})`), name)
  })

  test('take the example of a report, and refuse it without its reason', () => {
    const [example] = codeBlocksOf('docs/reference/report.md').filter(({ language }) => language === 'json')
    const { reason, ...rest } = JSON.parse(example?.code ?? '') as { reason: string }
    assertDocument({ reason, ...rest }, 'report')
    assert.throws(() => assertDocument(rest, 'report'), /report must have required property 'reason'/)
    assert.throws(() => assertDocument({ reason, ...rest, more: 1 }, 'report'), /must NOT have additional/)
  })
})
