import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBeforeAfter, renderBeforeAfterLine } from '../../src/report/before-after.ts'
import { toBeforeAfterDocument, toRehearsalDocument } from '../../src/report/json.ts'
import { createPalette } from '../../src/report/palette.ts'
import type { PodRecord } from '../../src/rollout/pod-record.ts'
import type { BeforeAfterDocument } from '../../src/rollout/run-document.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { makeFacts, makeLane, makePod } from '../helpers/run-facts.ts'
import { makeSample } from '../helpers/samples.ts'

const plainText = createPalette(false)
const refused = makeSample({
  error: { code: 'ECONNREFUSED', syscall: 'connect', stage: 'connect', message: 'connect ECONNREFUSED' },
})
const ports = { pid: 1, port: 2, probePort: 3, http2Port: 4 }
const killed = (name: string): PodRecord =>
  makePod(name, {
    ending: 'killed',
    exitCode: null,
    local: { ...ports, exitSignal: 'SIGKILL', readiness: { kind: 'tcp' } },
  })
const drained = makePod('pod-1', { local: { ...ports, readiness: { kind: 'probe-server' } } })

const bare = makeFacts({
  lanes: [
    makeLane('new-connections', { rollout: 400, drain: 600 }, { drain: 41 }),
    makeLane('slow', { rollout: 40, drain: 60 }, { drain: 4 }),
  ],
  failures: [refused, refused],
  pods: [killed('pod-1'), killed('pod-2'), makePod('pod-3', { ending: 'running' })],
})
const clean = makeFacts({ pods: [drained, drained] })

function join(before: RunFacts, after: RunFacts, command = ['node', 'server.js']): BeforeAfterDocument {
  return toBeforeAfterDocument(
    toRehearsalDocument(before, command),
    toRehearsalDocument(after, command, { auto: true }),
  )
}

test('renderBeforeAfter has both runs in one table: failures by lane, and the ends of the pods', () => {
  const [head, ...rows] = renderBeforeAfter(join(bare, clean), plainText).split('\n')
  assert.match(head!, /^ +before: node server\.js +after: the same under lastcall\/auto$/)
  assert.match(rows[0]!, /^new-connections +41 failed of 1,000 +0 failed of 2,000$/)
  assert.match(rows[1]!, /^slow +4 failed of 100 +-$/)
  assert.match(rows[2]!, /^all requests +45 failed of 1,100 +0 failed of 2,000$/)
  assert.match(rows[3]!, /^ends of pods +2 × killed, SIGKILL +2 × clean, exit code 0$/)
})

test('renderBeforeAfter says why requests failed before, and ends with both verdicts', () => {
  const text = renderBeforeAfter(join(bare, clean), plainText)
  assert.match(text, /\nBefore, 45 requests failed:\n {2}2 {2}Refused: the listener was closed /)
  assert.match(text, /\nBefore, pods ended badly:\n {2}2 {2}killed: did not end within the grace period/)
  assert.match(text, /\nbefore {2}FAIL {2}45 failed of 1,100 .*\nafter {3}PASS {2}0 failed of 2,000 /)
  assert.match(text, /\nThis run would have detected .*\n$/)
  assert.doesNotMatch(text, /After/)
})

test('renderBeforeAfter shows in every detail what failed after', () => {
  const text = renderBeforeAfter(join(clean, bare), plainText)
  assert.match(text, /\nAfter:\npod +end +exit/)
  assert.match(text, /\nRefused: 2 requests, .*\n {2}What helps: /)
  assert.match(text, /\nafter {3}FAIL {2}45 failed/)
  assert.doesNotMatch(text, /Before,/)
})

test('renderBeforeAfter says why the run before proves nothing, and whether it had lastcall', () => {
  const stalls = [{ at: { wallMs: 5_100, monotonicMs: 5_100 }, ms: 142 }]
  const text = renderBeforeAfter(join(makeFacts({ health: { stalls }, pods: [drained] }), clean), plainText)
  assert.match(text, /\nbefore {2}INCONCLUSIVE .*\n {2}- the load generator stalled for 142 ms/)
  assert.match(text, /both runs used lastcall\nafter /)
  assert.doesNotMatch(renderBeforeAfter(join(bare, clean), plainText), /both runs are/)
})

test('renderBeforeAfter keeps its columns together when the command is long', () => {
  const command = ['node', `${'a/'.repeat(40)}server.js`]
  const [head = ''] = renderBeforeAfter(join(bare, clean, command), plainText).split('\n')
  assert.match(head, /before: node a\/a\/[a/]*… /)
  assert.ok(head.length < 110, head)
})

test('renderBeforeAfterLine is the result of both runs, with the outcome of the second', () => {
  assert.equal(
    renderBeforeAfterLine(join(bare, clean), plainText),
    'PASS  0 failed of 2,000 requests under lastcall/auto, 45 failed of 1,100 without it\n',
  )
})
