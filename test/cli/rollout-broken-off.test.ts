import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { RolloutDocument } from '../../src/rollout/run-document.ts'
import { applyManifests, type AppliedObject } from '../helpers/apply-manifests.ts'
import { readDocument } from '../helpers/documents.ts'
import { type SeenRequest, send } from '../helpers/fake-api-server.ts'
import type { FakeCluster } from '../helpers/fake-cluster.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin, documentOf, startCluster } from '../helpers/rollout-command.ts'

const shop = `${paths.deployments}/shop`
const isRestart = ({ method, path }: SeenRequest): boolean => method === 'PATCH' && path === shop
const isAgentsEnd = ({ method, path }: SeenRequest): boolean =>
  method === 'DELETE' && path.startsWith(`${paths.jobs}/`)

/** Answers requests with an error, the first of them only with `once`. */
function refuse(
  { server }: FakeCluster,
  isMeant: (request: SeenRequest) => boolean,
  { status, once = false }: { readonly status: number; readonly once?: boolean },
): { readonly refused: () => number } {
  const { intercept } = server
  let refused = 0
  server.intercept = (request, response) => {
    if (!isMeant(request) || (once && refused > 0)) return intercept(request, response)
    refused++
    send(response, status, { reason: 'Odd', message: 'not like this' })
    return true
  }
  return { refused: () => refused }
}

function jsonFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'run.json')
}

suite('lastcall rollout, when the API server refuses something under load', () => {
  for (const status of [403, 409, 422]) {
    test(`${status}: the run is broken off, with its report and its file, and nothing is left`, async (t) => {
      const cluster = await startCluster(t)
      const file = jsonFile(t)
      refuse(cluster, isRestart, { status })
      const { io, code } = begin(t, cluster, '--json', file)
      assert.equal(await code, 3, io.err())
      const sentence = new RegExp(`the API server .* refused with ${status} Odd: not like this`)
      assert.match(io.out(), /^lane[^]*\nINCONCLUSIVE {2}0 failed of [\d,]+ requests in 1 rollout/)
      assert.match(io.out(), sentence)
      const document = readDocument<RolloutDocument>(readFileSync(file, 'utf8'))
      assert.match(document.interruptedBy ?? '', sentence)
      assert.deepEqual([document.stuck, document.verdict.outcome], [undefined, 'inconclusive'])
      assert.ok(document.load.requests > 0)
      assert.deepEqual(cluster.leftovers(), [])
    })
  }

  test('an agent that runs alone says its verdict, too', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--print-manifests')
    assert.equal(await code, 0)
    const { items } = JSON.parse(io.out()) as { items: readonly AppliedObject[] }
    refuse(cluster, isRestart, { status: 409 })
    const { exitCode, lines } = await applyManifests(cluster.server.access, items)
    assert.equal(exitCode, 3)
    assert.equal(lines.find((line) => line.type === 'verdict')?.outcome, 'inconclusive')
    assert.equal(
      lines.some((line) => line.type === 'broken'),
      false,
    )
  })

  test('one answer with 500 to a question ends nothing', async (t) => {
    const cluster = await startCluster(t)
    const isQuestion = ({ method, path }: SeenRequest): boolean =>
      method === 'GET' && path === shop && cluster.said('load-started')
    const { refused } = refuse(cluster, isQuestion, { status: 500, once: true })
    const { io, code } = begin(t, cluster, '--baseline', '1500ms', '-o', 'json')
    const exitCode = await code
    const { verdict } = documentOf(io)
    assertNothingAgainst(exitCode, verdict)
    assert.equal(refused(), 1)
  })

  test('an agent that may not be deleted costs no report, and is left behind aloud', async (t) => {
    const cluster = await startCluster(t)
    refuse(cluster, isAgentsEnd, { status: 403 })
    const { io, code } = begin(t, cluster, '--quiet')
    assert.equal(await code, 3)
    assert.match(io.out(), /^INCONCLUSIVE {2}0 failed of [^\n]*refused with 403 Odd: not like this\n$/)
    assert.match(io.err(), /^Left behind: the agent could not be deleted \(not like this\); see kubectl get/)
  })
})
