import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { createRunLog } from '../../src/cli/run-log.ts'
import { captureIo } from '../helpers/captured-io.ts'

const look = { quiet: false, color: true }

test('createRunLog writes JSON lines, as the library does', () => {
  const io = captureIo({})
  createRunLog(io, look).warn({ generation: 2 }, 'restart failed')
  const { time, ...line } = JSON.parse(io.err()) as { time: string }
  assert.deepEqual(line, { level: 'warn', name: 'lastcall', msg: 'restart failed', generation: 2 })
  assert.ok(Date.parse(time) > 0)
  assert.equal(io.err().at(-1), '\n')
  assert.equal(io.out(), '')
})

test('createRunLog writes lines for people on a terminal, in colour unless that is not wanted', () => {
  for (const [env, color, coloured] of [
    [{ TERM: 'xterm' }, true, true],
    [{ TERM: 'xterm' }, false, false],
    [{ TERM: 'xterm', NO_COLOR: '1' }, true, false],
  ] as const) {
    const io = captureIo(env, { isTTY: true })
    createRunLog(io, { ...look, color }).info({ generation: 2 }, 'generation 2 serves')
    assert.match(stripVTControlCharacters(io.err()), /^\d\d:\d\d:\d\d generation 2 serves generation=2\n$/)
    assert.equal(io.err() !== stripVTControlCharacters(io.err()), coloured)
  }
})

test('quiet leaves warnings and errors', () => {
  const io = captureIo({})
  const log = createRunLog(io, { ...look, quiet: true })
  log.info({}, 'one')
  log.warn({}, 'two')
  log.error({}, 'three')
  assert.deepEqual(io.err().match(/two|three|one/g), ['two', 'three'])
})
