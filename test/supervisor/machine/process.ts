import assert from 'node:assert/strict'

/** A process as it is seen from outside of the machine. */
export interface Process {
  readonly id: number
  ready: boolean
  /** Whether it has ever been ready. */
  wasReady: boolean
  told: boolean
  listens: boolean
  paused: boolean
  /** It was drained or terminated or killed. */
  ending: boolean
  killed: boolean
  /** It has begun to shut down by itself. */
  left: boolean
}

/** What the machine tells a living process. */
export type Order = 'accept' | 'pause' | 'resume' | 'drain' | 'terminate' | 'kill'

/** A process that has just been started. */
export const newProcess = (id: number): Process => ({
  id,
  ready: false,
  wasReady: false,
  told: false,
  listens: false,
  paused: false,
  ending: false,
  killed: false,
  left: false,
})

/** Whether it takes new connections, as far as it was told. */
export const accepts = ({ told, paused, ending }: Process): boolean => told && !paused && !ending
/** Whether new connections reach it. */
export const serves = (process: Process): boolean => process.listens && accepts(process)

/** What an order does to it. The orders that make no sense are refused. */
export function obey(process: Process, order: Order): void {
  if (order === 'accept') {
    assert.ok(!process.told && !process.ending)
    process.told = true
  } else if (order === 'pause') {
    assert.ok(accepts(process))
    process.paused = true
  } else if (order === 'resume') {
    assert.ok(process.listens && process.paused && !process.ending)
    process.paused = false
  } else {
    if (order === 'drain') assert.ok(!process.ending, 'drained twice')
    process.ending = true
    process.killed ||= order === 'kill'
  }
}
