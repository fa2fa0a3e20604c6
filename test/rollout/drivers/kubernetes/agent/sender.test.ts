import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../../helpers/eventually.ts'
import { send } from '../../../../helpers/fake-api-server.ts'
import { paths } from '../../../../helpers/kubernetes-objects.ts'
import { beginAgent, tell } from '../../../../helpers/running-agent.ts'

test('a generator that does not observe looks at its commands only, and waits for its role as well', async (t) => {
  let refusals = 3
  const { server, lines } = await beginAgent(
    t,
    (prepared) => {
      prepared.intercept = (_, response) => {
        if (refusals === 0) return false
        refusals--
        send(response, 403, { reason: 'Forbidden', message: 'configmaps is forbidden' })
        return true
      }
    },
    { index: 1 },
  )
  tell(server, { n: 1, do: 'clock' })
  await eventually('the answer', () => lines('clock').length === 1)
  assert.deepEqual([lines('observing'), lines('pod')], [[], []])
  assert.deepEqual([...new Set(server.requests.map(({ path }) => path))], [paths.configMaps])
})
