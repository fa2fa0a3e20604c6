import assert from 'node:assert/strict'
import { launchAlone } from '../shutdown.ts'
import type { LoneBehaviour } from './behaviour.ts'

export const forceCloseHttp1: LoneBehaviour = {
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
    assert.deepEqual(
      new Set(forcedCloses.details.map(({ label }) => label)),
      new Set(['GET /slow', 'GET /stream']),
    )
  },
}
