import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createHashCheck } from '../../../src/load/lanes/hash-check.ts'

const sign = (body: Buffer): Buffer =>
  Buffer.concat([body, Buffer.from(`sha256 ${createHash('sha256').update(body).digest('hex')}\n`)])

function check(body: Buffer, cuts: readonly number[]): string | undefined {
  const hashCheck = createHashCheck()
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].toSorted((a, b) => a - b)
  for (const [index, place] of places.entries()) hashCheck.write(body.subarray(places[index - 1] ?? 0, place))
  return hashCheck.problem()
}

const bodies = fc.uint8Array({ maxLength: 300, size: 'max' }).map((bytes) => Buffer.from(bytes))
const cuts = fc.array(fc.nat(), { maxLength: 8 })

test('createHashCheck accepts a body that ends with its hash, in whatever pieces it comes', () => {
  fc.assert(fc.property(bodies, cuts, (body, places) => assert.equal(check(sign(body), places), undefined)))
})

test('createHashCheck refuses every body that is shorter or in which a byte is another', () => {
  fc.assert(
    fc.property(bodies, cuts, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, places, where, by) => {
      const signed = sign(body)
      const at = where % signed.length
      assert.notEqual(check(signed.subarray(0, at), places), undefined)
      const other = Buffer.from(signed)
      other[at] = signed[at]! ^ by
      assert.notEqual(check(other, places), undefined)
    }),
  )
})
