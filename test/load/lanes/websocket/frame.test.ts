import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createMessageReader,
  encodeFrame,
  type Message,
  opcodes,
} from '../../../../src/load/lanes/websocket/frame.ts'

/** A frame as a server sends it. */
function serverFrame(opcode: number, payload: Buffer, final = true): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = (final ? 0x80 : 0) | opcode
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127
  if (head[1] === 126) head.writeUInt16BE(length, 2)
  if (head[1] === 127) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}

function read(bytes: Buffer, cuts: readonly number[]): readonly Message[] {
  const reader = createMessageReader()
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return places.flatMap((place, index) => [...reader.write(bytes.subarray(places[index - 1] ?? 0, place))])
}

/** Messages, and the error behind them if there is one. */
function readAll(bytes: Buffer, cuts: readonly number[]): readonly (Message | string)[] {
  const reader = createMessageReader()
  const found: (Message | string)[] = []
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  try {
    for (const [index, place] of places.entries())
      for (const message of reader.write(bytes.subarray(places[index - 1] ?? 0, place))) found.push(message)
  } catch (error) {
    found.push((error as Error).message)
  }
  return found
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const payloads = fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes))
const data = fc
  .record({ text: fc.string({ maxLength: 400 }), binary: fc.boolean(), splits: cuts, ping: payloads })
  .map(({ text, binary, splits, ping }) => {
    const whole = Buffer.from(text)
    const places = [...splits.map((split) => split % (whole.length + 1)), whole.length].toSorted(
      (a, b) => a - b,
    )
    const frames = places.flatMap((place, index) => [
      serverFrame(
        index > 0 ? 0 : binary ? 2 : 1,
        whole.subarray(places[index - 1] ?? 0, place),
        index === places.length - 1,
      ),
      // Control frames may stand between the fragments of a message (RFC 6455 §5.4).
      ...(index === 0 ? [serverFrame(9, ping)] : []),
    ])
    const messages: Message[] = [
      { kind: 'data', text },
      { kind: 'ping', payload: ping },
    ]
    return { frames, messages: places.length === 1 ? messages : messages.toReversed() }
  })
const pong = payloads.map((payload) => ({ frames: [serverFrame(10, payload)], messages: [] as Message[] }))
const close = fc.integer({ min: 1000, max: 4999 }).map((code) => ({
  frames: [serverFrame(8, Buffer.from([code >> 8, code & 0xff, 0x62, 0x79, 0x65]))],
  messages: [{ kind: 'close', code }] as Message[],
}))

test('createMessageReader reads every message, fragmented, mixed with control frames and cut anywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(data, pong, close), { maxLength: 6 }), cuts, (parts, places) => {
      const bytes = Buffer.concat(parts.flatMap(({ frames }) => frames))
      assert.deepEqual(
        read(bytes, places),
        parts.flatMap(({ messages }) => messages),
      )
    }),
  )
})

test('createMessageReader reads payloads of every length field', () => {
  for (const length of [0, 125, 126, 65_535, 65_536, 200_000]) {
    const [message] = read(serverFrame(1, Buffer.alloc(length, 'x')), [])
    assert.deepEqual(message, { kind: 'data', text: 'x'.repeat(length) })
  }
  assert.deepEqual(read(serverFrame(8, Buffer.alloc(0)), []), [{ kind: 'close', code: 1005 }])
})

test('createMessageReader refuses what no server may send, and nothing else happens to any bytes', () => {
  const bad = [
    serverFrame(1, Buffer.from('a')).with(1, 0x81),
    serverFrame(0x41, Buffer.from('a')),
    serverFrame(3, Buffer.from('a')),
    serverFrame(11, Buffer.from('a')),
    serverFrame(0, Buffer.from('a')),
    serverFrame(9, Buffer.alloc(126)),
    serverFrame(8, Buffer.alloc(2), false),
    serverFrame(1, Buffer.alloc(1024 * 1024 + 1)),
    Buffer.concat([serverFrame(1, Buffer.from('a'), false), serverFrame(1, Buffer.from('b'))]),
  ]
  for (const bytes of bad) {
    assert.throws(() => read(Buffer.from(bytes), []), { code: 'WEBSOCKET_PROTOCOL' })
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (bytes, places) => {
      try {
        read(Buffer.from(bytes), places)
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'WEBSOCKET_PROTOCOL')
      }
    }),
  )
})

test('encodeFrame writes a final, masked frame that is read as what it was', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 35_000 }),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      (bytes, mask) => {
        const payload = Buffer.from(bytes)
        const frame = encodeFrame(opcodes.text, payload, Buffer.from(mask))
        assert.deepEqual([frame[0], frame[1]! & 0x80], [0x81, 0x80])
        const start = payload.length < 126 ? 6 : 8
        assert.deepEqual(frame.subarray(start - 4, start), Buffer.from(mask))
        const plain = frame.subarray(start).map((byte, index) => byte ^ mask[index % 4]!)
        assert.deepEqual(Buffer.from(plain), payload)
        assert.equal(start === 6 ? frame[1]! & 0x7f : frame.readUInt16BE(2), payload.length)
      },
    ),
    { numRuns: 30 },
  )
})

test('createMessageReader makes the same of any bytes, however they are cut: what is in front of rubbish has arrived', () => {
  const rubbish = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))
  const frames = fc
    .record({
      opcode: fc.constantFrom(0, 1, 2, 8, 9, 10, 3, 11),
      payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      final: fc.boolean(),
    })
    .map(({ opcode, payload, final }) => serverFrame(opcode, payload, final))
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 4, arbitrary: frames }, rubbish), { maxLength: 8 }),
      cuts,
      (parts, places) => {
        const bytes = Buffer.concat(parts)
        assert.deepEqual(readAll(bytes, places), readAll(bytes, []))
      },
    ),
  )
  const echo = serverFrame(1, Buffer.from('echo'))
  const [first] = readAll(Buffer.concat([echo, serverFrame(3, Buffer.alloc(0))]), [])
  assert.deepEqual(first, { kind: 'data', text: 'echo' })
})
