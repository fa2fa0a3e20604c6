import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderEvent, renderLive } from '../../src/report/live.ts'
import { createPalette } from '../../src/report/palette.ts'
import { makePod } from '../helpers/run-facts.ts'

test('renderLive shows the phase, the pods that are there, and the lanes', () => {
  const pods = [
    makePod('pod-1'),
    makePod('pod-2', { state: 'terminating' }),
    makePod('pod-3', { state: 'ready' }),
  ]
  const text = renderLive(
    {
      phase: 'drain',
      elapsedMs: 4_210,
      pods,
      load: [{ lane: 'new-connections', requests: 2_000, failed: 0 }],
    },
    createPalette(false),
  )
  assert.deepEqual(text.split('\n'), [
    'drain  4.2 s',
    '  ◐ pod-2 terminating  ● pod-3 ready  1 gone',
    '  new-connections    2,000 requests  0 failed',
  ])
})

test('renderEvent writes one fact a line', () => {
  const at = { wallMs: 0, monotonicMs: 1_500 }
  assert.equal(renderEvent({ at, kind: 'phase-started', detail: 'drain' }, 1_000), '+0.500 s  phase drain')
  assert.equal(
    renderEvent({ at, kind: 'pod-exited', pod: 'pod-1', detail: 'exit code 0' }, 1_000),
    '+0.500 s  pod-1  pod exited: exit code 0',
  )
})
