import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { followAgentLog } from '../../../../src/rollout/drivers/kubernetes/agent-log.ts'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { createClockBridge } from '../../../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import { FakeApiServer, type Scope } from '../../../helpers/fake-api-server.ts'
import { paths } from '../../../helpers/kubernetes-objects.ts'

type Stored = Parameters<FakeApiServer['put']>[1]

interface Followed {
  readonly done: Promise<void>
  readonly types: string[]
}

const line = (n: number, type: string, more = ''): string =>
  `2026-11-21T10:00:00.${n}Z {"n":${n},"at":0,"type":"${type}"${more}}\n`

/**
 * Follows the log of a pod in this state; `text` is all of its log, which goes on when the container runs.
 */
async function follow(t: Scope, text: string, status: object): Promise<Followed> {
  const server = await new FakeApiServer().start(t)
  server.put(paths.pods, { metadata: { name: 'agent' }, status } as unknown as Stored)
  server.intercept = ({ path }, response) => {
    if (!path.endsWith('/log')) return false
    response.writeHead(200)
    if ('running' in status) response.write(text)
    else response.end(text)
    return true
  }
  const types: string[] = []
  const ending = new AbortController()
  t.after(() => ending.abort())
  const done = followAgentLog(
    createApiClient(server.access),
    `${paths.pods}/agent`,
    {
      clock: createClockBridge(),
      onLine: ({ type }) => types.push(type),
      onNotice: () => undefined,
      silenceMs: 200,
    },
    ending.signal,
  )
  done.catch(() => undefined)
  return { done, types }
}

const container = (state: object): object => ({ containerStatuses: [{ name: 'agent', state }] })
const ended = container({ terminated: { exitCode: 0 } })
const lost = (message: RegExp): object => ({ code: 'LASTCALL_AGENT', message })

suite('followAgentLog()', () => {
  test('reads every line of an agent that came to its end', async (t) => {
    const { done, types } = await follow(t, line(1, 'observing') + line(2, 'end'), ended)
    await done
    assert.deepEqual(types, ['observing', 'end'])
  })

  test('an agent whose log has lost lines is lost: nobody knows what they counted', async (t) => {
    const { done } = await follow(t, line(1, 'observing') + line(4, 'end'), ended)
    await assert.rejects(done, lost(/lines 2 to 3 of the agent's log are missing/))
  })

  test('a line that cannot be read ends the reading', async (t) => {
    const { done } = await follow(t, line(1, 'observing') + line(2, 'hovering'), ended)
    await assert.rejects(done, { message: /there is no type 'hovering'/ })
  })

  test('an agent that falls silent is lost', async (t) => {
    const { done, types } = await follow(t, line(1, 'observing'), {
      ...container({ running: {} }),
      running: true,
    })
    await assert.rejects(done, lost(/has said nothing for 0\.2 s: its node is gone/))
    assert.deepEqual(types, ['observing'])
  })

  test('says why an agent could not go on', async (t) => {
    const { done } = await follow(
      t,
      line(1, 'broken', ',"problem":"pods is forbidden"'),
      container({ terminated: { exitCode: 2 } }),
    )
    await assert.rejects(done, lost(/pods is forbidden/))
  })

  for (const [how, status, wanted] of [
    [
      'ran out of memory',
      container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
      /exit code 137 \(OOMKilled\); its last words: Killed$/,
    ],
    [
      'was evicted',
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' },
      /pod failed: Evicted \(The node was low on memory\)/,
    ],
  ] as const) {
    test(`says that an agent ${how}, with its last words`, async (t) => {
      const { done } = await follow(t, `${line(1, 'observing')}2026-11-21T10:00:01Z Killed\n`, status)
      await assert.rejects(done, lost(wanted))
    })
  }
})
