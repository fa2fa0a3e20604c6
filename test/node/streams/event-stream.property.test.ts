import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { LastcallError } from '../../../src/core/errors.ts'
import { createEventParser } from '../../../src/load/lanes/sse/event-parser.ts'
import { type EventFields, eventStream } from '../../../src/node/streams/event-stream.ts'
import type { AnyResponse } from '../../../src/node/streams/response-signals.ts'
import type { Lifecycle } from '../../../src/node/types.ts'

/** A response that keeps what is written to it. */
class Paper extends EventEmitter {
  readonly headersSent = true
  text = ''

  write(text: string): boolean {
    this.text += text
    return true
  }

  end(text: string): void {
    this.text += text
  }
}

const lifecycle = { signalFor: () => new AbortController().signal } as unknown as Lifecycle
const data = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('\n', '\r', '\r\n', 'data: x', 'id: 1', ':', ' ', '\uFEFF', '\0', 'é'))
    .map((parts) => parts.join('')),
)
const field = fc.oneof(fc.string(), fc.constantFrom('a\nb', 'a\r', '\0', ' a', 'id: 1'))
const fields: fc.Arbitrary<EventFields> = fc.record({ id: field, event: field }, { requiredKeys: [] })

test('whatever is sent is one event with that data, or refused with the error of the options', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(data, fields), { maxLength: 5 }), async (events) => {
      const paper = new Paper()
      const stream = eventStream(lifecycle, paper as unknown as AnyResponse)
      const sent: string[] = []
      for (const [text, about] of events) {
        try {
          assert.equal(await stream.send(text, about), true)
          sent.push(text.replace(/\r\n|\r/g, '\n'))
        } catch (error) {
          assert.ok(error instanceof LastcallError && error.code === 'LASTCALL_INVALID_OPTIONS')
          assert.match(`${about.id}${about.event}`, /[\r\n\0]/)
        }
      }
      stream.end()
      assert.deepEqual(
        createEventParser()
          .write(paper.text)
          .map((event) => event.data),
        sent,
      )
    }),
    { numRuns: 300 },
  )
})
