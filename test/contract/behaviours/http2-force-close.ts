import assert from 'node:assert/strict'
import { launchAlone } from '../shutdown.ts'
import type { LoneBehaviour } from './behaviour.ts'

export const forceCloseHttp2: LoneBehaviour = {
  title:
    'trap 17: at the drain timeout streams are reset and not ended, the exit code is 1, and the report counts each',
  async run(t, server) {
    const alone = await launchAlone(t, server, { LASTCALL_DRAIN_TIMEOUT: '300ms' })
    const client = await alone.connectHttp2()
    const begun = client.request('/stream?gate=never')
    await client.until(() => client.streams.get(begun)?.body === 'begun ')
    const slow = client.request('/slow?gate=slow')
    await alone.program.at('slow')
    alone.program.signal()
    // RST_STREAM with NO_ERROR would tell a client that what it has got is whole.
    for (const id of [begun, slow]) assert.ok(!['ended', 0].includes((await client.response(id)).ending))
    assert.notEqual(await client.ended(), 'open')
    assert.deepEqual(await alone.program.exit(), { code: 1, signal: null })
    const { clean, forcedCloses } = alone.program.report()
    assert.deepEqual([clean, forcedCloses.total, forcedCloses.byKind], [false, 2, { stream: 2 }])
  },
}
