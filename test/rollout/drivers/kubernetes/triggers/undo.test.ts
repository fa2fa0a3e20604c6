import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Change, createUndo } from '../../../../../src/rollout/drivers/kubernetes/triggers/undo.ts'

const change = (takeBack: () => Promise<void>, nth = 1): Change => ({
  back: `uncordon the node 'node-${nth}'`,
  command: `kubectl uncordon node-${nth}`,
  takeBack,
})
const refuse = async (): Promise<never> => {
  throw new Error('forbidden')
}

test('what was taken back is not left; what is still to be done is, with its command', async () => {
  const undo = createUndo(() => undefined)
  const takeBack = undo.add(change(async () => undefined))
  assert.deepEqual(undo.left(), [
    "lastcall did not uncordon the node 'node-1'; do it by hand: kubectl uncordon node-1",
  ])
  await takeBack()
  assert.deepEqual(undo.left(), [])
})

test('what cannot be taken back stays, with the reason, and does not keep the others from it', async () => {
  const notices: string[] = []
  const taken: number[] = []
  const undo = createUndo((text) => notices.push(text))
  undo.add(change(async () => void taken.push(1), 1))
  undo.add(change(refuse, 2))
  undo.add(change(async () => void taken.push(3), 3))
  await undo.all()
  const sentence =
    "lastcall could not uncordon the node 'node-2' (forbidden); do it by hand: kubectl uncordon node-2"
  assert.deepEqual([taken, notices, undo.left()], [[3, 1], [sentence], [sentence]])
})

test('what is added while something is taken back is taken back as well', async () => {
  const undo = createUndo(() => undefined)
  undo.add(change(async () => void undo.add(change(refuse, 2)), 1))
  await undo.all()
  assert.deepEqual(undo.left(), [
    "lastcall could not uncordon the node 'node-2' (forbidden); do it by hand: kubectl uncordon node-2",
  ])
})
