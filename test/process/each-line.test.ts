import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachLine } from '../../src/process/each-line.ts'

function linesOf(maxLength: number, ...chunks: readonly string[]): readonly string[] {
  const lines: string[] = []
  const take = eachLine(maxLength, (line) => lines.push(line))
  for (const chunk of chunks) take(chunk)
  return lines
}

test('eachLine puts together what comes in pieces, and keeps an unfinished line back', () => {
  assert.deepEqual(linesOf(100, 'one\ntw', 'o', '\n\nthree'), ['one', 'two', ''])
})

test('eachLine leaves out a line that is too long, however it comes, and goes on with the next one', () => {
  assert.deepEqual(linesOf(5, '12345\n123456\nnext\n'), ['12345', 'next'])
  assert.deepEqual(linesOf(5, '123', '456', '7', '89\nnext\n'), ['next'])
  assert.deepEqual(linesOf(5, '1234567', '\n', 'next\n'), ['next'])
})
