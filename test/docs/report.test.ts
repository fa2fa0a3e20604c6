import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { suite, test } from 'node:test'
import { readTable } from '../../scripts/docs/markdown.ts'
import { type Report, serializeReport } from '../../src/core/report.ts'
import { assertDocument } from '../helpers/documents.ts'
import { makeLifecycle, makeServer, openPort } from '../helpers/lifecycle.ts'
import { assertSameNames, plain } from './compare.ts'
import { codeBlocksOf, sectionOf } from './pages.ts'

const page = 'docs/reference/report.md'

/** Objects whose keys are not names of fields but of states and kinds. */
const counts: readonly string[] = ['requestsAfterShutdown', 'forcedCloses.byKind']

/**
 * Paths of all fields, as the page writes them: `events[]`, `events[].ms`. An object with fields of its own
 * is none.
 */
function fieldsOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value))
    return [`${path}[]`, ...value.flatMap((item: unknown) => fieldsOf(item, `${path}[]`))]
  if (typeof value !== 'object' || value === null || counts.includes(path)) return [path]
  return Object.entries(value).flatMap(([name, item]) =>
    fieldsOf(item, path === '' ? name : `${path}.${name}`),
  )
}

const documented = plain(
  readTable(sectionOf(page, 'Fields'))
    .slice(1)
    .map(([cell = '']) => cell),
)

suite(page, () => {
  test('the table has every field of a report that has everything, and no other', async (t) => {
    const { lifecycle, host, log } = makeLifecycle(t)
    const server = makeServer(t, () => {})
    lifecycle.serve(server)
    lifecycle.hold('job')
    lifecycle.worker('queue', () => {})
    lifecycle.onStop('failing', () => {
      throw new Error('no')
    })
    await lifecycle.start()
    const port = await openPort(server)
    const client = connect(port, '127.0.0.1')
    t.after(() => client.destroy())
    client.on('error', () => {})
    client.write('GET /x?secret=1 HTTP/1.1\r\nHost: test\r\n\r\n')
    await once(server, 'request')
    const shutdown = lifecycle.shutdown()
    host.clock.advance(0)
    await lifecycle.once('shutdownDelayElapsed')
    await setImmediate()
    for (const listener of host.process.uncaught) listener(new Error('no'), 'uncaughtException')
    for (const listener of host.process.foreignExits) listener(0, 'at someone')
    const early = log.flatMap(({ details }) => ('report' in details ? [details['report']] : []))
    host.clock.advance(lifecycle.options.drainTimeoutMs)
    const report = await shutdown
    for (const one of [report, ...early]) assertDocument(one, 'report')
    const trimmed = JSON.parse(serializeReport(report, 1)) as Report
    assertSameNames(page, documented, [
      ...new Set([report, trimmed, ...early].flatMap((one) => fieldsOf(one))),
    ])
  })

  test('the example is a report: every field of it is in the table, and its sums agree', () => {
    const [example] = codeBlocksOf(page).filter(({ language }) => language === 'json')
    const report = JSON.parse(example?.code ?? '') as Report
    for (const field of fieldsOf(report))
      assert.ok(documented.includes(field), `${field} is not in the table`)
    assert.equal(report.clean, report.exitCode === 0)
    assert.equal(report.forcedCloses.total, report.forcedCloses.details.length)
  })
})
