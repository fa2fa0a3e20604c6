import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** The agent as one gzip file. `npm run build` creates it. */
export function readAgentBundle(): Uint8Array {
  // Two levels up, both from src/cli and from dist/cli.
  return gzipSync(readFileSync(new URL('../../dist/agent.mjs', import.meta.url)), { level: 9 })
}
