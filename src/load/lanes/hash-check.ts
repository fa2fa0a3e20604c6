import { createHash } from 'node:crypto'
import type { BodyCheck } from '../body-check.ts'

/** Length of `sha256 `, 64 hexadecimal digits and a line feed. */
const LAST_LINE_BYTES = 72

/**
 * Checks a body whose last line is `sha256 <hex>` of all bytes before it. HTTP alone cannot always tell a
 * truncated body from a complete one; the hash can.
 */
export function createHashCheck(): BodyCheck {
  const hash = createHash('sha256')
  let tail: Buffer = Buffer.alloc(0)
  let bytes = 0
  return {
    write(chunk) {
      bytes += chunk.length
      const all = Buffer.concat([tail, chunk])
      const known = Math.max(0, all.length - LAST_LINE_BYTES)
      hash.update(all.subarray(0, known))
      tail = all.subarray(known)
    },
    problem() {
      const [, said] = /^sha256 ([0-9a-f]{64})\n$/.exec(tail.toString('latin1')) ?? []
      if (said === undefined) return `${bytes} bytes without a last line 'sha256 <hex>'`
      const got = hash.copy().digest('hex')
      return said === got
        ? undefined
        : `${bytes} bytes with the SHA-256 ${got.slice(0, 12)}…, their last line says ${said.slice(0, 12)}…`
    },
  }
}
