/**
 * What the applications of the contract suite share, whatever framework they are written in. The test tells
 * them by files when to go on, because a port may be closed.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const isOpen = (gate: string): boolean => existsSync(join(process.env['CONTRACT_GATES'] ?? '', gate))

/** Says that it is there, and resolves when the test opens the gate. */
export async function passGate(gate: string): Promise<void> {
  console.log(`at ${gate}`)
  while (!isOpen(gate)) await setTimeout(5)
}

/** The same for work that gives up when the signal is aborted: it rejects with the reason. */
export async function passGateUnlessAborted(gate: string, signal: AbortSignal): Promise<void> {
  console.log(`at ${gate}`)
  while (!isOpen(gate)) await setTimeout(5, undefined, { signal })
}

/**
 * The same without giving the event loop a turn, as long computations do: what clients send meanwhile stays
 * in the kernel.
 */
export function blockUntilOpen(gate: string): void {
  console.log(`at ${gate}`)
  const deadline = Date.now() + 20_000
  while (!isOpen(gate) && Date.now() < deadline);
}

let isClosed = false

/** Stands for whatever requests need and has to be closed behind them. */
export const database = {
  /** Takes as long as the test wants, when it wants a slow start. */
  async connect(): Promise<void> {
    if (process.env['CONTRACT_SLOW_START'] !== undefined) await passGate('start')
  },
  async query(): Promise<string> {
    if (isClosed) throw new Error('the database is closed')
    return 'done'
  },
  async end(): Promise<void> {
    isClosed = true
    console.log('database closed')
  },
}
