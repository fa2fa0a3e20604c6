import { test } from 'node:test'
import { ignores, replacing, serving } from './histories.ts'
import {
  accepted,
  backOffElapsed,
  exited,
  hammer,
  hammerElapsed,
  killElapsed,
  preStart,
  ready,
  soakElapsed,
  started,
  stop,
  timedOut,
  unready,
} from './play.ts'

test('nothing of a generation that has exited, and no late timer, has a meaning', () => {
  for (const event of [
    ready(1),
    unready(1),
    accepted(1),
    timedOut(1),
    hammerElapsed(1),
    killElapsed(1),
    exited(1),
  ]) {
    ignores([...serving, exited(1)], event)
  }
  for (const event of [
    ready(1),
    accepted(1),
    timedOut(1),
    hammerElapsed(1),
    killElapsed(1),
    soakElapsed,
    backOffElapsed,
  ]) {
    ignores(serving, event)
  }
  for (const event of [soakElapsed, backOffElapsed, preStart(null)]) ignores(replacing, event)
  for (const event of [stop, hammer, started, soakElapsed, backOffElapsed, preStart(null)]) {
    ignores([...serving, stop, exited(1, 0)], event)
  }
})
