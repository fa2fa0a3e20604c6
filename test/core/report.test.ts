import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TERMINATION_MESSAGE_MAX_BYTES } from '../../src/core/defaults.ts'
import { eventNames } from '../../src/core/event.ts'
import { type Report, serializeReport, utf8Length } from '../../src/core/report.ts'
import { stateNames } from '../../src/core/state.ts'

const small: Report = {
  schemaVersion: 1,
  reason: 'SIGTERM',
  exitCode: 0,
  clean: true,
  startedAt: '2026-11-21T08:00:00.000Z',
  durationMs: 5_123,
  events: [{ event: 'shutdownInitiated', ms: 0, inFlight: 3 }],
  requestsAfterShutdown: { delaying: 7 },
  lastNewConnectionMs: 812,
  forcedCloses: { total: 0, byKind: {}, details: [] },
  hooks: [{ name: 'database', outcome: 'finished', ms: 12 }],
}

const forcedCloses = (count: number): Report['forcedCloses'] => ({
  total: count,
  byKind: { request: count },
  details: Array.from({ length: count }, (_, index) => ({
    kind: 'request' as const,
    server: 'main',
    ageMs: index,
    label: `GET /orders/${index}`,
  })),
})

const parse = (text: string): Report => JSON.parse(text) as Report

test('a report that fits is written as it is', () => {
  assert.deepEqual(parse(serializeReport(small, 4_096)), small)
  const exact = JSON.stringify(small)
  assert.equal(serializeReport(small, exact.length), exact)
})

test('a report that does not fit says that it was trimmed, and keeps every count', () => {
  const text = serializeReport({ ...small, forcedCloses: forcedCloses(10_000) }, 4_096)
  const report = parse(text)
  assert.ok(text.length <= 4_096)
  assert.equal(report.trimmed, true)
  assert.equal(report.forcedCloses.total, 10_000)
  assert.deepEqual(report.forcedCloses.byKind, { request: 10_000 })
  assert.equal(report.forcedCloses.details.length, 5)
  assert.deepEqual(report.events, small.events)
})

test('what failed is kept longer than what finished', () => {
  const finished = Array.from({ length: 200 }, (_, index) => ({
    name: `hook ${index}`,
    outcome: 'finished' as const,
    ms: 1,
  }))
  const failed = { name: 'database', outcome: 'failed' as const, ms: 3, error: 'ECONNREFUSED' }
  const report = parse(serializeReport({ ...small, hooks: [...finished, failed] }, 4_096))
  assert.deepEqual(report.hooks, [failed])
})

test('the longest error of a hook is shortened, not the document', () => {
  const hooks = [{ name: 'database', outcome: 'failed' as const, ms: 3, error: 'é'.repeat(5_000) }]
  const report = parse(serializeReport({ ...small, hooks }, 4_096))
  assert.equal(report.hooks[0]!.name, 'database')
  assert.match(report.hooks[0]!.error!, /^é+\.\.\.$/)
})

test('a report without any detail fits into 600 bytes', () => {
  const counts = Object.fromEntries(stateNames.slice(3).map((name) => [name, 1_000_000]))
  const huge: Report = {
    ...small,
    reason: 'r'.repeat(10_000),
    exitCode: 143,
    clean: false,
    requestsAfterShutdown: counts,
    events: eventNames.map((event) => ({ event, ms: 1_000_000, inFlight: 1_000_000 })),
    forcedCloses: { ...forcedCloses(100), byKind: { request: 1e6, stream: 1e6, upgrade: 1e6, work: 1e6 } },
    uncaughtErrors: [{ kind: 'uncaughtException', ms: 1_000_000, error: 'e'.repeat(10_000) }],
    earlyExit: { inFlight: 1_000_000, stack: 's'.repeat(10_000) },
  }
  assert.ok(utf8Length(serializeReport(huge, 600)) <= 600)
})

test('of a stack the nearest frames are kept, and of errors the first ones', () => {
  const frames = Array.from({ length: 10 }, (_, index) => `    at frame${index} (${'x'.repeat(500)})`)
  const uncaughtErrors = Array.from({ length: 100 }, (_, ms) => ({
    kind: 'uncaughtException' as const,
    ms,
    error: 'é'.repeat(500),
  }))
  const earlyExit = { inFlight: 3, stack: frames.join('\n') }
  const report = parse(serializeReport({ ...small, uncaughtErrors, earlyExit }, 4_096))
  assert.match(
    report.earlyExit?.stack ?? '',
    /^ {4}at frame0 .*\n {4}at frame1 .*\n.*frame2 .*\n.*frame3 [^\n]*$/,
  )
  assert.deepEqual(
    report.uncaughtErrors?.map(({ ms }) => ms),
    [0, 1, 2, 3, 4],
  )
  assert.deepEqual(report.events, small.events)
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.nat(3_000).map((length) => '😀'.repeat(length)),
  fc.nat(3_000).map((length) => '\u0000'.repeat(length)),
)
const count = fc.nat(1_000_000)
const kind = fc.constantFrom('request' as const, 'stream' as const, 'upgrade' as const, 'work' as const)
const anyReport: fc.Arbitrary<Report> = fc
  .record({
    schemaVersion: fc.constant(1 as const),
    reason: text,
    exitCode: fc.nat(255),
    clean: fc.boolean(),
    startedAt: fc.constant(small.startedAt),
    durationMs: count,
    events: fc.array(fc.record({ event: fc.constantFrom(...eventNames), ms: count, inFlight: count }), {
      maxLength: 100,
    }),
    requestsAfterShutdown: fc.dictionary(fc.constantFrom(...stateNames), count),
    lastNewConnectionMs: fc.option(count),
    forcedCloses: fc.record({
      total: count,
      byKind: fc.dictionary(kind, count),
      details: fc.array(fc.record({ kind, server: text, ageMs: count, label: text }), { maxLength: 50 }),
    }),
    hooks: fc.array(
      fc.record(
        {
          name: text,
          outcome: fc.constantFrom(
            'finished' as const,
            'failed' as const,
            'timedOut' as const,
            'skipped' as const,
          ),
          ms: count,
          error: text,
        },
        { requiredKeys: ['name', 'outcome', 'ms'] },
      ),
      { maxLength: 50 },
    ),
  })
  .chain((report) =>
    fc
      .record(
        {
          uncaughtErrors: fc.array(
            fc.record({
              kind: fc.constantFrom('uncaughtException' as const, 'unhandledRejection' as const),
              ms: count,
              error: text,
            }),
            { maxLength: 50 },
          ),
          earlyExit: fc.record({ inFlight: count, stack: fc.option(text) }),
        },
        { requiredKeys: [] },
      )
      .map((more) => ({ ...report, ...more })),
  )

test('every report is valid JSON of at most 4096 bytes with all of its counts', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const written = serializeReport(report, TERMINATION_MESSAGE_MAX_BYTES)
      assert.ok(Buffer.byteLength(written) <= TERMINATION_MESSAGE_MAX_BYTES)
      const read = parse(written)
      assert.equal(read.exitCode, report.exitCode)
      assert.equal(read.forcedCloses.total, report.forcedCloses.total)
      assert.deepEqual({ ...read.forcedCloses.byKind }, { ...report.forcedCloses.byKind })
      assert.deepEqual({ ...read.requestsAfterShutdown }, { ...report.requestsAfterShutdown })
      if (!read.trimmed) assert.deepEqual(read, parse(JSON.stringify(report)))
    }),
    { numRuns: 200 },
  )
})

test('utf8Length is the length in UTF-8 of whatever can be in a JSON text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const written = JSON.stringify(value)
      assert.equal(utf8Length(written), Buffer.byteLength(written))
    }),
  )
})
