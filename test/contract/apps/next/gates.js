// As servers/parts.ts, which Next.js would take for a reason to set TypeScript up.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const isOpen = (gate) => existsSync(join(process.env.CONTRACT_GATES, gate))

export async function passGate(gate) {
  console.log(`at ${gate}`)
  while (!isOpen(gate)) await setTimeout(5)
}

export function blockUntilOpen(gate) {
  console.log(`at ${gate}`)
  const deadline = Date.now() + 20_000
  while (!isOpen(gate) && Date.now() < deadline);
}
