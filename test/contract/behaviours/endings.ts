import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { launchAlone } from '../shutdown.ts'
import type { LoneBehaviour } from './behaviour.ts'

/** Signals within a second of each other are one. */
const ONE_SIGNAL_MS = 1_000

export const secondSignal: LoneBehaviour = {
  title: 'trap 26, 27: a second signal, a different one as well, ends the process at once, with 128 + 15',
  async run(t, server) {
    const alone = await launchAlone(t, server, {
      LASTCALL_DRAIN_TIMEOUT: '60s',
    })
    await alone.hold('slow', 'never')
    alone.program.signal('SIGINT')
    await alone.program.reached('draining')
    await setTimeout(ONE_SIGNAL_MS + 100)
    alone.program.signal('SIGTERM')
    assert.deepEqual(await alone.program.exit(), { code: 143, signal: null })
    const { reason, forcedCloses } = alone.program.report()
    assert.deepEqual([reason, forcedCloses.total], ['SIGINT', 1])
  },
}

export const signalWhileStarting: LoneBehaviour = {
  title:
    'trap 31: a signal while the application starts ends the start, closes what was opened, and the exit code is 0',
  async run(t, server) {
    const alone = await launchAlone(t, server, { CONTRACT_SLOW_START: '1' }, { waitUntilReady: false })
    await alone.program.at('start')
    await alone.program.reached('starting')
    alone.program.signal()
    if (server.finishesStart) {
      await alone.program.reached('stopping')
      alone.program.open('start')
    }
    assert.deepEqual(await alone.program.exit(), { code: 0, signal: null })
    assert.match(alone.program.child.stdout, /^database closed$/m)
    assert.deepEqual(
      alone.program.report().events.map(({ event }) => event),
      ['shutdownInitiated', 'hooksFinished'],
    )
  },
}
