import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts, makePod } from '../helpers/run-facts.ts'

for (const [ending, words] of [
  ['wrapper', /server behind it lived on.*What helps: make the server the first process: -- node server\.js/],
  ['exit-code', /exit code that is not 0/],
  ['unhandled-signal', /no handler for SIGTERM/],
  ['killed', /did not end within the grace period/],
  ['crashed', /without being asked/],
  ['not-ready', /did not become ready/],
] as const) {
  test(`judgeRun fails a run with a pod that ended as ${ending}, without failed requests`, () => {
    const verdict = judgeRun(makeFacts({ pods: [makePod('pod-1'), makePod('pod-2', { ending })] }))
    assert.equal(verdict.exitCode, 1)
    assert.match(verdict.reasons.join(), words)
    assert.match(verdict.reasons.join(), /^pod-2 /)
  })
}

for (const ending of ['clean', 'running', 'port-taken'] as const) {
  test(`judgeRun has nothing against a pod that ended as ${ending}`, () => {
    assert.equal(judgeRun(makeFacts({ pods: [makePod('pod-1', { ending })] })).exitCode, 0)
  })
}

test('judgeRun fails a rollout that could not be finished', () => {
  const verdict = judgeRun(makeFacts({ stuck: 'pod-4 did not listen' }))
  assert.equal(verdict.exitCode, 1)
  assert.match(verdict.reasons.join(), /could not be finished: pod-4 did not listen/)
})
