import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** The agent as one file, gzip; `npm run build` makes it. */
export function readAgentBundle(): Uint8Array {
  // The same two levels up from src/cli and from dist/cli.
  return gzipSync(readFileSync(new URL('../../dist/agent.mjs', import.meta.url)), { level: 9 })
}
