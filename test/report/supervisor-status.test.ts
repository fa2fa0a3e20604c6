import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { createPalette } from '../../src/report/palette.ts'
import { renderSupervisorStatus } from '../../src/report/supervisor-status.ts'
import { assertDocument } from '../helpers/documents.ts'
import { makeStatus } from '../helpers/fake-running-supervisor.ts'

const plain = createPalette(false)
const started = Date.parse(makeStatus().startedAt)
const render = (status: Parameters<typeof makeStatus>[0] = {}, upMs = 5_000): string =>
  renderSupervisorStatus(makeStatus(status), plain, started + upMs)

const [serving] = makeStatus().generations

suite('renderSupervisorStatus', () => {
  test('has the supervisor, its command, its sockets, its generations and its restarts', () => {
    assert.equal(
      render(),
      `lastcall run, pid 41: serving, ready, up 5s
node server.js
holds http=0.0.0.0:8080

generation  phase    pid  age    state  in flight              connections
1           serving  42   1m 5s  ready  2 requests, 1 upgrade  7

restarts: 0 completed, 0 failed, 0 rolled back
`,
    )
  })

  test('has the newest generation first, and no value where nothing is known', () => {
    const old = { ...serving!, phase: 'ending', inFlight: { request: 0, stream: 0, upgrade: 0, work: 1 } }
    const other = { ...serving!, generation: 2, pid: null, state: null, inFlight: null, connections: null }
    const rows = render({ generations: [old, other] })
      .split('\n')
      .slice(5, 7)
    assert.match(rows[0] ?? '', /^2 +serving +- +1m 5s +- +- +-$/)
    assert.match(rows[1] ?? '', /^1 +ending +42 +1m 5s +ready +1 work +7$/)
  })

  test('says when no process runs, how often it crashed and what went wrong last', () => {
    const text = render(
      {
        ready: false,
        state: 'waiting',
        generations: [],
        listen: [],
        crashes: 3,
        queued: 'SIGHUP',
        restarts: { completed: 1, failed: 2, rolledBack: 3 },
        lastFailure: {
          kind: 'exited',
          generation: 4,
          at: '2026-11-22T12:00:02.000Z',
          detail: 'Generation 4 ended\nwith code 1',
        },
      },
      7_400,
    )
    assert.match(text, /: waiting, not ready, up 7s\nnode server.js\n\nno process runs\n/)
    assert.match(text, /restarts: 1 completed, 2 failed, 3 rolled back; next: SIGHUP\n3 crashes in a row\n/)
    assert.match(text, /last failure, 5s ago: Generation 4 ended with code 1\n$/)
  })

  test('one crash', () => {
    const lastFailure = { kind: 'exited', generation: 1, at: makeStatus().startedAt, detail: 'it ended' }
    assert.match(render({ crashes: 1, lastFailure }), /\n1 crash in a row\nlast failure, 5s ago: it ended\n$/)
  })

  test('writes times with their two largest units', () => {
    for (const [seconds, wanted] of [
      [0, '0s'],
      [-5, '0s'],
      [59, '59s'],
      [60, '1m'],
      [3_599, '59m 59s'],
      [3_605, '1h'],
      [7_500, '2h 5m'],
      [86_400, '1d'],
      [200_000, '2d 7h'],
    ] as const)
      assert.match(render({}, seconds * 1_000), new RegExp(`up ${wanted}\n`), wanted)
  })

  test('a text of the program cannot move the cursor', () => {
    const text = render({ command: ['a\u001b[2J', 'b\nc'], queued: '\u009b1A' })
    assert.equal(text, stripVTControlCharacters(text))
    assert.match(text, /\na \[2J b c\n/)
  })

  test('colours change nothing but colours', () => {
    const coloured = renderSupervisorStatus(makeStatus(), createPalette(true), started + 5_000)
    assert.notEqual(coloured, render())
    assert.equal(stripVTControlCharacters(coloured), render())
  })
})

test('the document has a published schema', () => {
  assertDocument(makeStatus(), 'supervisor-status')
  assertDocument(
    makeStatus({
      generations: [{ ...serving!, pid: null, state: null, inFlight: null, connections: null }],
      ended: [{ generation: 1, asked: true, at: makeStatus().startedAt, code: null, signal: 'SIGKILL' }],
    }),
    'supervisor-status',
  )
  assert.throws(() => assertDocument({ ...makeStatus(), pid: undefined }, 'supervisor-status'))
})
