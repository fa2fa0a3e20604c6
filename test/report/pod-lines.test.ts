import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPalette } from '../../src/report/palette.ts'
import { renderPods } from '../../src/report/pod-lines.ts'
import { makePod } from '../helpers/run-facts.ts'

const at = (ms: number) => ({ wallMs: ms, monotonicMs: ms })

test('renderPods has the times of a pod in a cluster, in seconds after its deletion', () => {
  const { local: _, ...pod } = makePod('shop-1')
  const cluster = { restarts: 0, endpointEndedAt: at(4_020), lastAcceptedAt: at(10_900) }
  const [, row] = renderPods([{ ...pod, cluster }], createPalette(false)).split('\n')
  assert.match(row!, /^shop-1 +clean +0 +0\.02 s +- +6\.90 s +2\.00 s +0 +-$/)
})

test('renderPods calls the pods of a restart in place generations, with the signal that ended one', () => {
  const { local: _, ...pod } = makePod('generation-1')
  const inPlace = { pid: 7, lastcall: true, exitSignal: 'SIGKILL' }
  const killed = { ...pod, inPlace, ending: 'killed', exitCode: null } as const
  const [head, row] = renderPods([killed], createPalette(false)).split('\n')
  assert.match(head!, /^generation +end +exit +signal to end/)
  assert.match(row!, /^generation-1 +killed +SIGKILL +2\.00 s/)
})

test('renderPods takes a connect from just before the deletion for one at its moment', () => {
  const { local: _, ...pod } = makePod('shop-1')
  const cluster = { restarts: 0, lastAcceptedAt: at(3_930) }
  const [, row] = renderPods([{ ...pod, cluster }], createPalette(false)).split('\n')
  assert.match(row!, /^shop-1 +clean +0 +- +- +0\.00 s /)
})
