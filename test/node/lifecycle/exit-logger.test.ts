import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flushLogger } from '../../../src/node/host/stderr-logger.ts'
import { startChild } from '../../helpers/child.ts'
import { turns } from '../../helpers/eventually.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

test('every line of a pino with a worker transport is written before the exit, to a reader that is slow (trap 32)', async (t) => {
  const child = startChild(t, 'lifecycle/worker-logger.ts')
  await child.line(/a shutdown takes at most/)
  child.process.stdout!.pause()
  child.kill('SIGTERM')
  // Long enough for the pipe to be full: what is tested is that the exit waits for its reader.
  await new Promise((resolve) => setTimeout(resolve, 300))
  child.process.stdout!.resume()
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  const messages = child.stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg)
  assert.equal(messages.filter((text) => text.startsWith('line ')).length, 1_000)
  assert.match(messages.at(-1)!, /^lastcall: stopped, nothing was force-closed/)
})

test('a logger whose lines and flush are promises that reject neither ends the process nor changes its code', async (t) => {
  const child = startChild(t, 'lifecycle/async-logger.ts')
  await child.line(/ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(child.stdout, /hook ran/)
  assert.equal(child.stderr, '')
})

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

test('a flush that throws, that never calls back, or that there is not, does not keep the process from its end', async () => {
  const began = performance.now()
  const throwing = {
    ...quiet,
    flush: () => {
      throw new Error('gone')
    },
  }
  const flushes = [
    throwing,
    { ...quiet, flush: () => Promise.reject(new Error('gone')) },
    { ...quiet, flush: () => {} },
    { ...quiet, flush: 'no' },
    quiet,
    false,
  ].map((logger) => flushLogger(logger as typeof quiet))
  await Promise.all(flushes)
  const took = performance.now() - began
  assert.ok(took >= 900 && took < 10_000, String(took))
})

test('the exit waits until the flush of a logger has called back', async () => {
  const asked: { readonly self: unknown; readonly done: () => void }[] = []
  const logger = {
    ...quiet,
    flush(this: unknown, done: () => void) {
      asked.push({ self: this, done })
    },
  }
  let isFlushed = false
  const flushed = flushLogger(logger).then(() => (isFlushed = true))
  await turns(2)
  assert.deepEqual([asked.length, asked[0]?.self === logger, isFlushed], [1, true, false])
  asked[0]?.done()
  await flushed
})

test('start() logs the timetable once, with its numbers', async (t) => {
  const { lifecycle, log } = makeLifecycle(t, {
    preStopMs: 1_000,
    shutdownDelayMs: 2_000,
    drainTimeoutMs: 3_000,
    hooksTimeoutMs: 4_000,
    gracePeriodMs: 30_000,
  })
  await lifecycle.start()
  const lines = log.filter(({ message }) => message.includes('at most'))
  assert.equal(lines.length, 1)
  assert.equal(lines[0]!.level, 'info')
  assert.equal(lines[0]!.details['gracePeriodMs'], 30_000)
  assert.match(
    lines[0]!.message,
    /preStop 1s \+ shutdown delay 2s \+ drain timeout 3s \+ hooks timeout 4s = 10s$/,
  )
})
