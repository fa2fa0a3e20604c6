let count = 0

/**
 * A name that no other process on this machine takes. It can be guessed. Without `node:crypto`, which is 1 MB
 * of a small process.
 */
export function uniqueName(): string {
  return `${process.pid}-${process.hrtime.bigint()}-${++count}`
}
