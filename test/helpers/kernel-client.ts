import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { WAIT_MS, within } from './eventually.ts'

const programOf = (scenario: string): string =>
  fileURLToPath(
    new URL(`../fixtures/kernel-client${scenario === 'http2' ? '-http2' : ''}.ts`, import.meta.url),
  )

/** What became of the requests of a {@link KernelClient}. */
export interface Tally {
  readonly served: number
  readonly reset: number
  readonly ended: number
}

/** A client process whose requests are put into the kernel's buffers while this process does not look. */
export interface KernelClient {
  /** Blocks the event loop until all requests are in the kernel. */
  sendWhileBlocked(): void
  readonly tally: Promise<Tally>
}

/** Starts the client and waits until its connections stand, as far as the scenario wants them to. */
export async function startKernelClient(
  port: number,
  scenario: 'queue' | 'keep-alive' | 'fresh' | 'http2',
  count: number,
): Promise<KernelClient> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  const flag = join(folder, 'sent')
  const child = spawn(process.execPath, [programOf(scenario), String(port), scenario, String(count), flag], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  await within(WAIT_MS, () => `the client's ${count} connections`, once(lines, 'line'))
  const tally = once(lines, 'line').then(([line]) => JSON.parse(line as string) as Tally)
  child.once('exit', () => rmSync(folder, { recursive: true }))
  const sendWhileBlocked = (): void => {
    child.stdin.write('go')
    const deadline = performance.now() + 10_000
    while (!existsSync(flag)) {
      if (performance.now() > deadline) throw new Error('the client did not send')
    }
  }
  return { sendWhileBlocked, tally }
}
