import { LastcallError } from './errors.ts'
import { isAtLeast } from './version.ts'

/**
 * The oldest Node.js that lastcall runs on. `engines` in package.json says the same, and a test compares
 * them.
 */
export const OLDEST_NODE = '22.19.0'

/** `process.versions`, or as much of it as tells one runtime from another. */
export interface RuntimeVersions {
  readonly node?: string | undefined
  readonly bun?: string | undefined
  readonly deno?: string | undefined
}

/**
 * Whether lastcall can run here, by the version alone: a list of the functions that are needed would soon be
 * out of date. Bun and Deno only claim a version of Node.js, so it is not held against them.
 * @returns one sentence with the version and what to do, or null when it can
 */
export function describeOldNode({ node, bun, deno }: RuntimeVersions): string | null {
  if (node === undefined || bun !== undefined || deno !== undefined) return null
  if (isAtLeast(node, OLDEST_NODE)) return null
  return `got ${node}, wanted ${OLDEST_NODE} or newer; update Node.js, in a Dockerfile with FROM node:24`
}

/** @throws LastcallError `LASTCALL_NODE_VERSION` */
export function refuseOldNode(versions: RuntimeVersions): void {
  const problem = describeOldNode(versions)
  if (problem !== null) throw new LastcallError('LASTCALL_NODE_VERSION', [problem])
}
