import { LastcallError } from './errors.ts'
import { isAtLeast } from './version.ts'

/** The oldest Node.js that lastcall runs on. A test compares it with `engines` in package.json. */
export const OLDEST_NODE = '22.19.0'

/** The fields of `process.versions` that identify the runtime. */
export interface RuntimeVersions {
  readonly node?: string | undefined
  readonly bun?: string | undefined
  readonly deno?: string | undefined
}

/**
 * Checks whether lastcall can run here, by version alone: a list of required functions would soon be out of
 * date. Bun and Deno are accepted, because the Node.js version that they claim says little about them.
 * @returns one sentence with the version and what to do, or null when lastcall can run
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
