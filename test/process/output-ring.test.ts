import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutputRing } from '../../src/process/output-ring.ts'

test('createOutputRing joins what came in pieces and shows a line without an end', () => {
  const ring = createOutputRing()
  ring.write('one\ntw')
  ring.write('o\r\nthree')
  assert.deepEqual(ring.lines(), ['one', 'two', 'three'])
})

test('createOutputRing keeps the last 200 lines, none longer than 2,000 characters', () => {
  const ring = createOutputRing()
  for (let line = 0; line < 500; line++) ring.write(`${line}\n`)
  ring.write(`${'x'.repeat(5_000)}\n`)
  assert.equal(ring.lines().length, 200)
  assert.equal(ring.lines()[0], '301')
  assert.equal(ring.lines().at(-1)?.length, 2_000)
})
