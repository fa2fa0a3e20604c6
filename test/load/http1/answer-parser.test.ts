import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AnswerEvents, AnswerParser } from '../../../src/load/http1/answer-parser.ts'

const interim = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
const answers: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5\r\nX-Empty:\r\n\r\nhello',
  `${interim}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 1\r\n\r\n`,
  'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno',
  'HTTP/1.1 204 No Content\r\nkeep-alive: timeout=1\r\nKeep-Alive: timeout=9\r\n\r\n',
  `${interim}HTTP/1.0 200 OK\r\n\r\nuntil the end`,
]

/** What a parser tells of an answer that comes in these parts. */
function parse(parts: readonly Buffer[]): unknown {
  const told = { status: 0, fields: [] as unknown[], body: '' }
  const parser = new AnswerParser({
    onHead({ status, field }) {
      told.status = status
      told.fields = ['keep-alive', 'content-length', 'x-empty', 'link', 'x-sum'].map(field)
    },
    onBody: (bytes) => (told.body += bytes.toString()),
  })
  parser.expect(false)
  const faults = parts.map((part) => parser.write(part)?.message)
  parser.finish()
  const { hasHead, isComplete, isUpgrade, hasExcess, keepsAlive } = parser
  parser.free()
  return { ...told, faults: faults.filter(Boolean), hasHead, isComplete, isUpgrade, hasExcess, keepsAlive }
}

test('AnswerParser tells the same of an answer however its bytes are split', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...answers),
      fc.array(fc.nat({ max: 200 }), { maxLength: 12 }),
      (answer, places) => {
        const bytes = Buffer.from(answer)
        const cuts = [0, ...places.filter((at) => at < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const parts = cuts.slice(1).map((end, nth) => bytes.subarray(cuts[nth], end))
        assert.deepEqual(parse(parts), parse([bytes]))
      },
    ),
  )
  const whole = { faults: [], hasHead: true, isComplete: true, isUpgrade: false, hasExcess: false }
  const none: readonly (string | undefined)[] = [undefined, undefined, undefined, undefined, undefined]
  const kept = ['timeout=5', '5', '', undefined, undefined]
  assert.deepEqual(
    answers.map((answer) => parse([Buffer.from(answer)])),
    [
      { ...whole, status: 200, fields: kept, body: 'hello', keepsAlive: true },
      { ...whole, status: 200, fields: none, body: 'hello, world', keepsAlive: true },
      { ...whole, status: 404, fields: none.with(1, '2'), body: 'no', keepsAlive: false },
      { ...whole, status: 204, fields: none.with(0, 'timeout=1'), body: '', keepsAlive: true },
      { ...whole, status: 200, fields: none, body: 'until the end', keepsAlive: false },
    ],
  )
})

test('AnswerParser takes more at once than its parser does, and parsers in turns', () => {
  const body = 'x'.repeat(300_000)
  const read: string[] = []
  const eventsOf = (nth: number): AnswerEvents => ({
    onHead: () => (read[nth] = ''),
    onBody: (bytes) => (read[nth] += bytes.toString()),
  })
  const parsers = [new AnswerParser(eventsOf(0)), new AnswerParser(eventsOf(1))]
  const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  for (const parser of parsers) {
    parser.expect(false)
    assert.equal(parser.write(answer.subarray(0, 100_000)), undefined)
  }
  for (const parser of parsers) assert.equal(parser.write(answer.subarray(100_000)), undefined)
  assert.deepEqual(
    parsers.map(({ isComplete }) => isComplete),
    [true, true],
  )
  assert.deepEqual(read, [body, body])
  for (const parser of parsers) parser.free()
})

test('AnswerParser gives its memory back when it is freed', () => {
  const events: AnswerEvents = { onHead: () => undefined, onBody: () => undefined }
  new AnswerParser(events).free()
  const before = process.memoryUsage().external
  for (let nth = 0; nth < 200_000; nth++) new AnswerParser(events).free()
  const grown = process.memoryUsage().external - before
  // Not freed they are 16 MB.
  assert.ok(grown < 4_000_000, `${grown} bytes`)
})
