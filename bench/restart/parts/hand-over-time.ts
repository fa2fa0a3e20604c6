import { askUntil, freePort } from '../ask.ts'
import { measurePairs, type Pair } from '../../figures.ts'
import { Program } from '../program.ts'
import { serverFile, Supervised } from '../supervised.ts'
import { withFolder } from '../with-peer.ts'

/** Nothing but the start is measured, and the next restart must not wait for the end of the last one. */
const short = { flags: ['--soak', '0', '--hand-over', '0'], env: { LASTCALL_SHUTDOWN_DELAY: '0' } } as const

/**
 * Milliseconds from the start of a program to its first answer (`bare`), and from SIGHUP to the first answer
 * of the next generation of the same program (`lastcall`), in turns.
 */
export async function measureHandOver(
  pairs: number,
  say: (line: string) => void,
): Promise<readonly Pair<number>[]> {
  return withFolder(async (folder) => {
    const port = await freePort()
    const supervised = await Supervised.start({ server: 'small.ts', folder, ports: { http: port }, ...short })
    try {
      const measured = await measurePairs(pairs, (variant) =>
        variant === 'bare' ? timeStart() : timeRestart(supervised, port),
      )
      for (const { bare, lastcall } of measured) {
        say(`hand-over: started alone in ${bare.toFixed(0)} ms, after SIGHUP in ${lastcall.toFixed(0)} ms`)
      }
      return measured
    } finally {
      await supervised.end()
    }
  })
}

async function timeStart(): Promise<number> {
  const port = await freePort()
  const began = performance.now()
  const program = new Program([process.execPath, serverFile('small.ts')], {
    env: { PORT: `${port}`, LASTCALL_PROBE_PORT: '0', ...short.env },
  })
  await askUntil(port, '/pid')
  const took = performance.now() - began
  await program.end('SIGKILL')
  return took
}

async function timeRestart(supervised: Supervised, port: number): Promise<number> {
  const old = await askUntil(port, '/pid')
  const began = performance.now()
  supervised.program.signal('SIGHUP')
  await askUntil(port, '/pid', (pid) => pid !== old)
  const took = performance.now() - began
  await supervised.settled()
  return took
}
