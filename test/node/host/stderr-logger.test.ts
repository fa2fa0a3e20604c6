import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { guardedLogger, stderrLogger } from '../../../src/node/host/stderr-logger.ts'
import { FakeHost } from '../../helpers/fake-host.ts'
import { oddThenables, oddValues } from '../../helpers/odd-values.ts'

test('the default logger writes one JSON object a line, with level, time and message', () => {
  const host = new FakeHost()
  stderrLogger(host).warn({ check: 'data\nbase' }, 'check fails')
  assert.equal(host.process.lines.length, 1)
  assert.doesNotMatch(host.process.lines[0]!, /\n/)
  assert.deepEqual(JSON.parse(host.process.lines[0]!), {
    level: 'warn',
    time: new Date(host.clock.now()).toISOString(),
    name: 'lastcall',
    msg: 'check fails',
    check: 'data\nbase',
  })
})

test('each event of a shutdown is a line, and the report is the last one', async () => {
  const host = new FakeHost()
  const lifecycle = createLifecycle({ probePort: false, exitAfter: 'any' }, host)
  const report = await lifecycle.shutdown('deploy')
  const lines = host.process.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    lines.map(({ level, event }) => [level, event]),
    [
      ['info', 'shutdownInitiated'],
      ['info', 'hooksFinished'],
      ['info', undefined],
    ],
  )
  assert.deepEqual(lines.at(-1)!['report'], report)
  assert.equal(lines[0]!['reason'], 'deploy')
})

test('a shutdown that was not clean ends with an error', async () => {
  const host = new FakeHost()
  const lifecycle = createLifecycle({ probePort: false }, host)
  lifecycle.onStop('database', () => Promise.reject(new Error('no')))
  await lifecycle.shutdown()
  const last = JSON.parse(host.process.lines.at(-1)!) as Record<string, unknown>
  assert.equal(last['level'], 'error')
  assert.match(String(last['msg']), /0 force-closed, 1 hooks failed, exit code 1/)
})

test('logger false writes nothing', async () => {
  const host = new FakeHost()
  const lifecycle = createLifecycle({ probePort: false, logger: false }, host)
  await lifecycle.shutdown()
  assert.deepEqual(host.process.lines, [])
})

test('a guarded logger keeps its this, and what it throws to itself', () => {
  class Pino {
    readonly lines: string[] = []
    info(_details: object, message: string): void {
      this.lines.push(message)
    }
    warn(): void {
      throw new Error('disk full')
    }
    error(): void {}
  }
  const pino = new Pino()
  const logger = guardedLogger(pino)
  logger.info({}, 'hello')
  logger.warn({}, 'lost')
  assert.deepEqual(pino.lines, ['hello'])
})

for (const [what, value] of Object.entries({ ...oddValues, ...oddThenables })) {
  test(`a guarded logger takes no notice of ${what}, returned or rejected with`, async (t) => {
    const unheard: unknown[] = []
    const onUnheard = (error: unknown): void => void unheard.push(error)
    process.on('unhandledRejection', onUnheard)
    t.after(() => process.removeListener('unhandledRejection', onUnheard))
    const info = (): unknown => value
    const warn = (): unknown => Promise.reject(value as Error)
    const logger = guardedLogger({ info, warn, error: () => {} })
    logger.info({}, 'returned')
    logger.warn({}, 'rejected')
    // Node tells of a rejection that nobody heard once the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(unheard, [])
  })
}

test('on a terminal a line is for people, with no code that moves their cursor', () => {
  const host = new FakeHost()
  host.process.isTerminal = true
  host.process.env['NO_COLOR'] = '1'
  const details = { event: 'becameUnready', state: 'unready', inFlight: 2, reason: 'no\u001B[2J disk\n' }
  stderrLogger(host).info(details, 'lastcall: becameUnready')
  stderrLogger(host).info({ report: { clean: true } }, 'lastcall: stopped')
  stderrLogger(host).error({ report: { clean: false } }, 'lastcall: stopped')
  assert.deepEqual(
    host.process.lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')),
    [
      'lastcall: becameUnready state=unready inFlight=2 reason=no disk ',
      'lastcall: stopped',
      'lastcall: stopped report={"clean":false}',
    ],
  )
  delete host.process.env['NO_COLOR']
  stderrLogger(host).warn({}, 'lastcall: odd')
  assert.ok(host.process.lines.at(-1)!.includes('\u001B[33m'))
})
