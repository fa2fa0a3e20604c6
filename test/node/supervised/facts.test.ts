import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GenerationFacts } from '../../../src/core/supervision.ts'
import { FakeSupervisor, type Generation } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'

async function factsOf(generation: Generation, question: number): Promise<GenerationFacts> {
  generation.order({ lastcall: 'ask', question })
  const answer = await generation.said('facts', question)
  assert.equal(answer.question, question)
  return answer.facts
}

test('facts say what is in flight, and carry the metrics of a program that has none itself', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  const slow = httpGet(port, '/slow')
  await generation.line(/^request \/slow$/)
  const busy = await factsOf(generation, 1)
  const idle = { request: 0, stream: 0, upgrade: 0, work: 0 }
  assert.deepEqual([busy.state, busy.inFlight, busy.connections], ['ready', { ...idle, request: 1 }, 1])
  assert.match(busy.metrics ?? '', /^lastcall_requests_in_flight\{.*kind="request".*\} 1$/m)
  generation.kill('SIGCONT')
  await slow
  await generation.pauses()
  assert.deepEqual((await factsOf(generation, 2)).inFlight, idle)
})

for (const [metrics, wanted] of [
  ['own', 'own 1\n'],
  ['failing', null],
] as const) {
  test(`metrics of a program whose endpoint is ${metrics}`, async (t) => {
    const supervisor = new FakeSupervisor(t)
    supervisor.bind('http')
    const generation = supervisor.start('serving.ts', { args: [JSON.stringify({ metrics })] })
    await generation.accepts()
    assert.equal((await factsOf(generation, 1)).metrics, wanted)
    if (wanted === null) await generation.line(/the endpoint \/metrics failed/, 'stderr')
  })
}

test('hooks of a signal run before and after it, and a failing one is logged', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  generation.order({ lastcall: 'signal', signal: 'SIGHUP', when: 'before' })
  assert.deepEqual(await generation.said('signalled'), {
    lastcall: 'signalled',
    signal: 'SIGHUP',
    when: 'before',
  })
  await generation.line(/^hook before$/)
  assert.doesNotMatch(generation.stdout, /^hook after$/m)
  generation.order({ lastcall: 'signal', signal: 'SIGHUP', when: 'after' })
  assert.equal((await generation.said('signalled', 2)).when, 'after')
  await generation.line(/^hook after$/)
  await generation.line(/no such hook/, 'stderr')
  generation.order({ lastcall: 'signal', signal: 'SIGINT', when: 'before' })
  assert.equal((await generation.said('signalled', 3)).signal, 'SIGINT')
})
