import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode, fillPath, form, isOtherPath, namesIn, simple } from '../../../src/cli/openapi/serialize.ts'

/** Any text that JSON can have, halves of characters included. */
const texts = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff_ff }), fc.integer({ min: 0x20, max: 0x7e })), {
    minLength: 1,
  })
  .map((units) => String.fromCharCode(...units))
/** Names that stay what they are in a query; a map's keys can be anything. */
const maps = fc.dictionary(texts, texts, { minKeys: 1 })

/** What node:http takes as a path. */
const requestPath = /^\/[\x21-\x7e]*$/

test('a value in a path comes back from its segment as it was, and the segment has no slash', () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const values = new Map([
        ['a', simple({ value: one, explode: false }, encode)],
        ['b', simple({ value: other, explode: false }, encode)],
      ])
      const path = fillPath('/v1', '/x/{a}/y/{b}', values)
      assert.match(path, requestPath)
      const [, base, x, first = '', y, second = '', ...rest] = path.split('/')
      assert.deepEqual([base, x, y, rest], ['v1', 'x', 'y', []])
      assert.deepEqual(
        [first, second].map(decodeURIComponent),
        [one, other].map((text) => text.toWellFormed()),
      )
    }),
  )
})

test('a value in a query comes back as it was, also from a list and from a map', () => {
  fc.assert(
    fc.property(texts, texts, fc.array(texts, { minLength: 1 }), maps, (name, text, list, map) => {
      const well = (one: string): string => one.toWellFormed()
      const read = (query: string): readonly (readonly string[])[] => [...new URLSearchParams(query)]
      assert.deepEqual(read(form({ name, value: text, explode: true })), [[well(name), well(text)]])
      assert.deepEqual(
        read(form({ name, value: list, explode: true })),
        list.map((member) => [well(name), well(member)]),
      )
      assert.deepEqual(
        read(form({ name, value: map, explode: true })),
        Object.entries(map).map((pair) => pair.map(well)),
      )
      const commas = form({ name, value: list, explode: false }).split('=').at(-1) ?? ''
      assert.deepEqual(commas.split(',').map(decodeURIComponent), list.map(well))
    }),
  )
})

test('a template gives a path that a request line can have, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (template) => {
      const values = new Map(namesIn(template).map((name) => [name, 'x']))
      assert.match(fillPath('', `/${template}`, values), requestPath)
    }),
  )
})

// The table of OpenAPI 3.1 §4.8.12.4, whose values these are.
const list = ['blue', 'black', 'brown']
const map = { R: 100, G: 200, B: 150 }
for (const [value, explode, inPath, inQuery] of [
  ['blue', false, 'blue', 'color=blue'],
  [7, true, '7', 'color=7'],
  [true, true, 'true', 'color=true'],
  [list, false, 'blue,black,brown', 'color=blue,black,brown'],
  [list, true, 'blue,black,brown', 'color=blue&color=black&color=brown'],
  [map, false, 'R,100,G,200,B,150', 'color=R,100,G,200,B,150'],
  [map, true, 'R=100,G=200,B=150', 'R=100&G=200&B=150'],
  [['a', null, 'b'], true, 'a,b', 'color=a&color=b'],
  [[[1, 2]], true, '%5B1%2C2%5D', 'color=%5B1%2C2%5D'],
  [[], false, '', ''],
  [{}, true, '', ''],
] as const) {
  test(`${JSON.stringify(value)} with explode: ${explode} is written as the table says`, () => {
    assert.equal(simple({ value, explode }, encode), inPath)
    assert.equal(form({ name: 'color', value, explode }), inQuery)
  })
}

test('what a template has percent-encoded stays so, and what it may not have is encoded', () => {
  assert.equal(fillPath('', '/a%20b/ä c/100%#', new Map()), '/a%20b/%C3%A4%20c/100%25%23')
})

test('isOtherPath() tells paths that a server would shorten', () => {
  for (const path of ['/a/../b', '/a/..', '/./a', '//a', '/a//b']) assert.ok(isOtherPath(path), path)
  for (const path of ['/', '/a/', '/a/...', '/a/..b', '/.a']) assert.ok(!isOtherPath(path), path)
})
