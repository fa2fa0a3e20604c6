import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { toRehearsalDocument } from '../../src/report/json.ts'
import { renderLaneTable } from '../../src/report/lane-table.ts'
import { createPalette } from '../../src/report/palette.ts'
import { renderResult, renderSummary } from '../../src/report/summary.ts'
import type { PhasedLane } from '../../src/rollout/phases.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { makeFacts, makeLane, makePod } from '../helpers/run-facts.ts'

test('renderSummary ends with the verdict and what the run could have seen', () => {
  const text = renderSummary(toRehearsalDocument(makeFacts(), ['node']), createPalette(false))
  assert.match(
    text,
    /PASS {2}0 failed of 2,000 requests in 1 rollout \(3 pods replaced\)\nThis run would have detected an outage of 93 ms or longer \(99 % confidence\)\.\n$/,
  )
  assert.match(text, /^lane +phase +requests +failed/)
  assert.match(text, /pod-1 +clean +0 +2\.00 s/)
})

test('renderSummary shows the last lines of a pod that has to be explained', () => {
  const pods = [
    makePod('pod-1', {
      ending: 'exit-code',
      exitCode: 1,
      forceClosed: 2,
      output: ['first', 'pool is closed'],
    }),
  ]
  const text = renderSummary(toRehearsalDocument(makeFacts({ pods }), ['node']), createPalette(false))
  assert.match(text, /pod-1 +exit-code +1 +2\.00 s +2/)
  assert.match(text, /Last lines of pod-1:\n {2}\| first\n {2}\| pool is closed/)
})

test('renderSummary counts the pods that ended well when there are many', () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    makePod(`pod-${index}`, index === 7 ? { ending: 'killed' } : {}),
  )
  const text = renderSummary(toRehearsalDocument(makeFacts({ pods: many }), ['node']), createPalette(false))
  assert.match(text, /pod-7 +killed[^]*\n29 pods ended cleanly or had not ended\n/)
  assert.doesNotMatch(text, /pod-8 /)
})

test('renderSummary of a run that was interrupted before its load has no empty tables', () => {
  const facts = { ...makeFacts({ lanes: [], pods: [], interruptedBy: 'SIGINT' }), restarts: 0 }
  const text = renderSummary(toRehearsalDocument(facts, ['node']), createPalette(false))
  assert.match(
    text,
    /^INCONCLUSIVE {2}0 failed of 0 requests in 0 rollouts .*, ended early: SIGINT\n {2}- [^\n]*\n$/,
  )
})

test('renderSummary says what a pod did that had not ended when the run did', () => {
  const pods = [
    makePod('pod-1', { ending: 'running' }),
    makePod('pod-2', { ending: 'running', deletedAt: undefined }),
    makePod('pod-3', { ending: 'running', deletedAt: undefined, readyAt: undefined }),
  ]
  const text = renderSummary(toRehearsalDocument(makeFacts({ pods }), ['node']), createPalette(false))
  assert.match(text, /pod-1 +still shutting down .*\npod-2 +still serving .*\npod-3 +still starting /)
})

test('renderResult is one line, with a reason where no failed request is one', () => {
  const resultOf = (facts: RunFacts): string =>
    renderResult(toRehearsalDocument(facts, ['node']), createPalette(false))
  const line = 'FAIL  0 failed of 2,000 requests in 1 rollout (3 pods replaced)'
  assert.equal(resultOf(makeFacts({ stuck: 'no' })), `${line}: the rollout could not be finished: no\n`)
  const lanes = [makeLane('new-connections', { rollout: 2_000 }, { rollout: 1 })]
  assert.match(resultOf(makeFacts({ lanes })), /^FAIL {2}1 failed of 2,000 requests [^:]+\n$/)
})

test('renderLaneTable has no latency where nothing succeeded', () => {
  const { load } = makeFacts({ lanes: [makeLane('new-connections', { rollout: 2 }, { rollout: 2 })] })
  const none = { ...load, lanes: load.lanes.map((lane) => ({ ...lane, phases: {}, maxMs: 0 })) }
  assert.match(renderLaneTable(none, createPalette(false)), /2 +2 +- +- +-/)
})

test('renderSummary is the same text with colours and without', () => {
  const document = toRehearsalDocument(makeFacts({ stuck: 'no' }), ['node'])
  const coloured = renderSummary(document, createPalette(true))
  assert.notEqual(coloured, stripVTControlCharacters(coloured))
  assert.equal(stripVTControlCharacters(coloured), renderSummary(document, createPalette(false)))
})

test('renderSummary has columns for what a lane counts besides, where such a lane ran', () => {
  const render = (...lanes: PhasedLane[]): string =>
    renderSummary(toRehearsalDocument(makeFacts({ lanes }), ['node']), createPalette(false))
  const http2 = { ...makeLane('http2', { drain: 2_000 }), counts: { refused: 7 } }
  const phases = { drain: { ...http2.phases.drain!, counts: { refused: 7 } } }
  const alone = render({ ...http2, phases })
  assert.match(alone, /^lane +phase +requests +failed +refused +p50/)
  const both = render(makeLane('websocket', { drain: 9 }), { ...http2, phases })
  assert.match(both, /^lane +phase +requests +failed +resent +refused +p50/)
  assert.match(both, /http2 +drain +2,000 +0 +0 +7 /)
  assert.doesNotMatch(render(makeLane('slow', { drain: 2_000 })), /refused/)
})

test('renderSummary claims no detection power for a run whose generator stalled, failed or not', () => {
  const stalls = [{ at: { wallMs: 5_100, monotonicMs: 5_100 }, ms: 142 }]
  const render = (failed: Record<string, number>): string => {
    const lanes = [makeLane('new-connections', { rollout: 400, drain: 600 }, failed)]
    return renderSummary(
      toRehearsalDocument(makeFacts({ lanes, health: { stalls } }), ['node']),
      createPalette(false),
    )
  }
  assert.match(
    render({}),
    /INCONCLUSIVE {2}0 failed of 1,000.*\n {2}- the load generator stalled for 142 ms at \+5\.1 s/,
  )
  assert.match(render({ drain: 1 }), /FAIL {2}1 failed/)
  for (const text of [render({}), render({ drain: 1 })]) assert.doesNotMatch(text, /would have detected/)
})

test('renderSummary ends with what the generator did not watch, of a run of several restarts', () => {
  const stalls = [{ at: { wallMs: 5_100, monotonicMs: 5_100 }, ms: 142 }]
  const facts = { ...makeFacts({ health: { stalls } }), restarts: 2 }
  assert.match(
    renderSummary(toRehearsalDocument(facts, ['node']), createPalette(false)),
    /INCONCLUSIVE[^]*\nThe load generator stalled for 100 ms or longer in 1 of 2 rollouts\.\n$/,
  )
})

test('renderSummary says which lanes were left out, and why, without counting it against the run', () => {
  const leftOut = [{ lane: 'slow', reason: 'GET /slow answered in 0.9 ms; pass --slow-path' }] as const
  const text = renderSummary(
    toRehearsalDocument(makeFacts({ changes: { leftOut } }), ['node']),
    createPalette(false),
  )
  assert.match(
    text,
    /PASS.*\n {2}- the lane slow was left out: GET \/slow answered in 0\.9 ms; pass --slow-path\nThis run/,
  )
})

test('renderSummary prints the requests after a long pause, with those that the close took, and says nothing without any', () => {
  const render = (parts: Partial<PhasedLane>): string => {
    const lanes = [
      makeLane('new-connections', { drain: 2_000 }),
      { ...makeLane('think-time', { drain: 9 }), ...parts },
    ]
    return renderSummary(toRehearsalDocument(makeFacts({ lanes }), ['node']), createPalette(false))
  }
  assert.match(
    render({ afterLongIdle: 231, raced: 3 }),
    /\n3 of 231 requests on connections that had been idle for more than 2 s /,
  )
  assert.doesNotMatch(render({}), /idle for more/)
})
