import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { launchAlone } from '../shutdown.ts'
import type { LoneBehaviour } from './behaviour.ts'

export const cutHttp1: LoneBehaviour = {
  title:
    'trap 15, 16: at the drain timeout bodies are reset and not ended, the exit code is 1, and the report names each request once',
  async run(t, server) {
    const alone = await launchAlone(t, server, {
      LASTCALL_DRAIN_TIMEOUT: '300ms',
    })
    const [body, slow] = [await alone.connect(), await alone.connect()]
    // Without a length and without chunks only the end of the connection delimits this body.
    body.send('GET /stream?gate=never&secret=1 HTTP/1.0\r\nHost: test\r\n\r\n')
    await body.until(() => body.received.includes('begun'))
    slow.get('/slow?gate=slow')
    await alone.program.at('slow')
    alone.program.signal()
    assert.deepEqual([await body.ended(), await slow.ended()], ['reset', 'reset'])
    assert.deepEqual(await alone.program.exit(), { code: 1, signal: null })
    const { clean, forcedCloses } = alone.program.report()
    assert.deepEqual([clean, forcedCloses.total, forcedCloses.byKind], [false, 2, { request: 2 }])
    assert.deepEqual(forcedCloses.details.map(({ label }) => label).toSorted(), ['GET /slow', 'GET /stream'])
  },
}

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
    assert.deepEqual(await alone.program.exit(), { code: 0, signal: null })
    assert.match(alone.program.child.stdout, /^database closed$/m)
    assert.deepEqual(
      alone.program.report().events.map(({ event }) => event),
      ['shutdownInitiated', 'hooksFinished'],
    )
  },
}
