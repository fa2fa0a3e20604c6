import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readSection, readTable, replaceSection, writeTable } from '../../scripts/docs/markdown.ts'
import { sections } from '../../scripts/docs/sections.ts'
import { assertTable } from './compare.ts'
import { readPage } from './pages.ts'

suite('what is written from the code', () => {
  for (const { page, name, render } of sections) {
    test(`the section ${name} of ${page} is what the code says`, () => {
      const shown = readSection(readPage(page), name)
      assert.ok(shown !== undefined, `${page} has no <!-- ${name}:start --> … <!-- ${name}:end -->`)
      const wanted = readTable(render())
      if (wanted.length > 0 && wanted[0]?.length !== 1)
        assertTable(`${page}, ${name}`, readTable(shown), wanted)
      else assert.equal(shown, render(), `${page}, ${name}: run: node scripts/write-docs.ts`)
    })
  }
})

suite('tables in markdown', () => {
  const table = [
    ['a', 'long head'],
    ['`x|y`', '1'],
    ['b', ''],
  ]

  test('what writeTable writes, readTable reads, bars in cells included', () => {
    assert.deepEqual(readTable(`words\n\n${writeTable(table)}\n\nmore`), table)
  })

  test('readSection reads what replaceSection put between the markers', () => {
    const page = 'before\n<!-- t:start -->\nold\n<!-- t:end -->\nafter'
    const written = replaceSection(page, 't', writeTable(table))
    assert.equal(readSection(written, 't'), writeTable(table))
    assert.match(written, /^before\n[^]*\nafter$/)
    assert.equal(readSection('nothing', 't'), undefined)
  })

  test('assertTable names a row that is missing, one that is wrong and one that is too many', () => {
    const compare = (shown: typeof table) => () => assertTable('page', shown, table)
    compare(table)()
    assert.throws(compare(table.slice(0, 2)), /page: the row b is missing/)
    assert.throws(
      compare([...table.slice(0, 2), ['b', '2']]),
      /page: long head of b is "2", in the code it is ""/,
    )
    assert.throws(compare([...table, ['c', '3']]), /page: the row c is of nothing in the code/)
    assert.throws(compare([table[0], table[2], table[1]].filter((row) => row !== undefined)), /another order/)
  })
})
