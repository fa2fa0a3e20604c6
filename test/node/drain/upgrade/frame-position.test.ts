import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { FramePosition } from '../../../../src/node/drain/upgrade/frame-position.ts'

interface Frame {
  readonly opcode: number
  readonly isFinal: boolean
  readonly isMasked: boolean
  readonly length: number
}

/** A frame as RFC 6455 §5.2 has it. Its payload is of bytes that would be heads of close frames. */
function encode({ opcode, isFinal, isMasked, length }: Frame): Buffer {
  const mask = isMasked ? 0x80 : 0
  const first = (isFinal ? 0x80 : 0) | opcode
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = mask | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0, 0x55), Buffer.alloc(length, 0x88)])
}

const length = fc.oneof(fc.nat(140), fc.constantFrom(0, 125, 126, 65_535, 65_536))
const data = fc.record({
  opcode: fc.constantFrom(0, 1, 2),
  isFinal: fc.boolean(),
  isMasked: fc.boolean(),
  length,
})
const control = fc.record({
  opcode: fc.constantFrom(9, 10),
  isFinal: fc.constant(true),
  isMasked: fc.boolean(),
  length: fc.nat(125),
})

/** Splits bytes into pieces of these lengths, over and over. */
function split(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const piece = bytes.subarray(at, at + lengths[n % lengths.length]!)
    pieces.push(piece)
    at += piece.length
  }
  return pieces
}

/** Where in each piece a frame ends for the last time. */
function boundariesOf(frames: readonly Buffer[], pieces: readonly Buffer[]): number[] {
  const ends: number[] = []
  for (const frame of frames) ends.push((ends.at(-1) ?? 0) + frame.length)
  let begin = 0
  return pieces.map((piece) => {
    const last = ends.findLast((end) => end > begin && end <= begin + piece.length)
    const boundary = last === undefined ? -1 : last - begin
    begin += piece.length
    return boundary
  })
}

suite('FramePosition', () => {
  test('finds the end of every frame, however the bytes are split', () => {
    const frames = fc.array(fc.oneof(data, control), { minLength: 1, maxLength: 6 })
    const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70_000 })), {
      minLength: 1,
      maxLength: 9,
    })
    fc.assert(
      fc.property(frames, lengths, (someFrames, someLengths) => {
        const encoded = someFrames.map(encode)
        const pieces = split(Buffer.concat(encoded), someLengths)
        const position = new FramePosition()
        const found = pieces.map((piece) => {
          position.pass(piece)
          return position.boundary
        })
        assert.deepEqual(found, boundariesOf(encoded, pieces))
        assert.deepEqual([position.isBetweenFrames, position.isLost, position.isClosed], [true, false, false])
      }),
    )
  })

  test('is within a frame from its first byte to its last', () => {
    const position = new FramePosition()
    const frame = encode({ opcode: 1, isFinal: true, isMasked: false, length: 300 })
    for (const [index, byte] of frame.entries()) {
      position.pass(Uint8Array.of(byte))
      assert.equal(position.isBetweenFrames, index === frame.length - 1, `after byte ${index}`)
    }
  })

  test('ends with a close frame: what stands behind it is not read', () => {
    const position = new FramePosition()
    position.pass(Buffer.from([0x88, 0x02, 0x03]))
    assert.deepEqual([position.isClosed, position.isBetweenFrames], [true, false])
    position.pass(Buffer.from([0xe8, 0xff, 0xff]))
    assert.deepEqual([position.isBetweenFrames, position.boundary, position.isLost], [true, 1, false])
  })

  const broken: Record<string, number[]> = {
    'a reserved data opcode': [0x83, 0],
    'a reserved control opcode': [0x8b, 0],
    'reserved bits that no extension uses': [0xa1, 0],
    'a compressed control frame': [0xc9, 0],
    'a control frame in fragments': [0x09, 0],
    'a long control frame': [0x89, 126, 0, 126],
    'a length of two bytes that fits into one': [0x82, 126, 0, 125],
    'a length of eight bytes that fits into two': [0x82, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
    'the first length that a number cannot tell': [0x82, 127, 0, 0x20, 0, 0, 0, 0, 0, 0],
    'a length that no program can send': [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0],
    text: [...Buffer.from('HELLO')],
  }
  for (const [what, bytes] of Object.entries(broken)) {
    test(`is lost at ${what}, and stays lost`, () => {
      const position = new FramePosition()
      for (const byte of bytes) position.pass(Uint8Array.of(byte))
      assert.equal(position.isLost, true)
      position.pass(encode({ opcode: 1, isFinal: true, isMasked: false, length: 3 }))
      assert.deepEqual([position.isLost, position.boundary], [true, -1])
    })
  }

  const lengths: Record<string, number[]> = {
    'the shortest length of two bytes': [0x82, 126, 0, 126],
    'the shortest length of eight bytes': [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0],
    'the longest length that a number can tell': [0x82, 127, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  }
  for (const [what, head] of Object.entries(lengths)) {
    test(`follows a frame of ${what}`, () => {
      const position = new FramePosition()
      position.pass(Buffer.from(head))
      assert.deepEqual([position.isLost, position.isBetweenFrames], [false, false])
    })
  }

  test('a compressed message is a frame like any other', () => {
    const position = new FramePosition()
    position.pass(Buffer.from([0xc1, 1, 0]))
    assert.deepEqual([position.isLost, position.boundary], [false, 3])
  })
})
