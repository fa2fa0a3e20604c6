import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEventParser, type ServerEvent } from '../../../../src/load/lanes/sse/event-parser.ts'

function parse(text: string, cuts: readonly number[] = []): readonly ServerEvent[] {
  const parser = createEventParser()
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b)
  return places.flatMap((place, index) => parser.write(text.slice(places[index - 1] ?? 0, place)))
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const word = fc.string({ maxLength: 12 }).filter((text) => !/[\r\n\0]/.test(text))
const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
const written = fc
  .record({ id: word, data: fc.array(word, { minLength: 1, maxLength: 3 }), end: lineEnd, comment: word })
  .map(({ id, data, end, comment }) => ({
    text: [`: ${comment}`, `id: ${id}`, ...data.map((line) => `data: ${line}`), '', ''].join(end),
    event: { id, data: data.join('\n') },
  }))

test('createEventParser reads every event, with every kind of line end, cut anywhere', () => {
  fc.assert(
    fc.property(fc.array(written, { maxLength: 6 }), cuts, (events, places) => {
      // A lone CR in front of an LF would be one line end of the two events.
      const text = events.map((event) => event.text).join(': between\n')
      assert.deepEqual(
        parse(text, places),
        events.map(({ event }) => event),
      )
    }),
  )
})

test('createEventParser makes the same of any text, however it is cut', () => {
  const anything = fc
    .array(fc.constantFrom('id', 'data', 'retry', ':', ' ', '\r', '\n', '\r\n', '1', 'x', '\uFEFF', '\0'), {
      maxLength: 60,
    })
    .map((parts) => parts.join(''))
  fc.assert(fc.property(anything, cuts, (text, places) => assert.deepEqual(parse(text, places), parse(text))))
})

test('createEventParser keeps to the standard where it is odd', () => {
  assert.deepEqual(parse('\uFEFFdata: a\n\n'), [{ id: '', data: 'a' }])
  assert.deepEqual(parse('id: 1\ndata: a\n\ndata:  b\n\n'), [
    { id: '1', data: 'a' },
    { id: '1', data: ' b' },
  ])
  // Without data there is no event; its id counts for the next one all the same.
  assert.deepEqual(parse('id: 7\n\ndata\n\n'), [{ id: '7', data: '' }])
  assert.deepEqual(parse('id: 1\0\ndata: a\n\n'), [{ id: '', data: 'a' }])
  // What has no empty line at its end was not received.
  assert.deepEqual(parse('id: 1\ndata: a\n'), [])
})

test('createEventParser reads how long to wait before the next connection', () => {
  const parser = createEventParser()
  parser.write('retry: soon\n')
  assert.equal(parser.retryMs, undefined)
  parser.write('retry: 250\n\n')
  assert.equal(parser.retryMs, 250)
})
