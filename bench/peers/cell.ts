import { setTimeout as sleep } from 'node:timers/promises'
import type { Column } from './columns.ts'
import { Hosted } from './hosted.ts'
import { type Cell, cellOf } from './results.ts'
import { exitWord } from './scenarios/process.ts'
import { GRACE_MS, HANG_MS, type Scenario } from './scenarios/scenario.ts'

/** What a client still needs to see what the exit of its server did to it. */
const SETTLE_MS = 2_000
const START_MS = 60_000

/** Runs one situation with one package so many times. */
export async function measureCell(column: Column, scenario: Scenario, runs: number): Promise<Cell> {
  const results = []
  for (let run = 0; run < runs; run++) results.push(await runOnce(column, scenario))
  return cellOf(results)
}

async function runOnce(column: Column, scenario: Scenario): Promise<{ outcome: string; ms: number | null }> {
  const { adapter, serves } = column
  const { kind = 'http', graceMs = GRACE_MS, cleanUpMs = 0, listens = true, asInit = false } = scenario
  const order = { adapter, serves, kind, graceMs, cleanUpMs, listens, timerOpen: asInit || !listens }
  const host = await Hosted.start(column, order, asInit)
  try {
    const played = scenario.play(host)
    // It is awaited below, and may fail before.
    played.catch(() => {})
    await bounded(START_MS, `${scenario.id} of ${column.id}`, Promise.race([host.stopped, played]))
    const exit = await Promise.race([host.exited, sleep(scenario.limitMs ?? HANG_MS, null, { ref: false })])
    const client = await Promise.race([played, sleep(exit ? SETTLE_MS : 0, undefined)])
    if (exit && client === undefined) throw new Error(`${scenario.id} of ${column.id}: no outcome`)
    const words = [client, exit === null ? 'hang' : scenario.tellsExit ? exitWord(exit) : null]
    const outcome = words.filter((word) => word !== null && word !== undefined).join(', ')
    return { outcome, ms: exit && Math.round(exit.ms) }
  } finally {
    await host.end()
  }
}

async function bounded<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const stop = new AbortController()
  const late = sleep(ms, null, { signal: stop.signal }).then(() => {
    throw new Error(`${what}: not stopped within ${ms} ms`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    stop.abort()
  }
}
