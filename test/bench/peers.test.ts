import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { columns } from '../../bench/peers/columns.ts'
import { cellOf, isLoss, type Results, worstOf } from '../../bench/peers/results.ts'
import { allRows as rows } from '../../bench/peers/scenarios/rows.ts'
import type { Scenario } from '../../bench/peers/scenarios/scenario.ts'
import { columnsOf, peerSections, renderRows, resultsFile } from '../../bench/peers/tables.ts'
import { readTable } from '../../scripts/docs/markdown.ts'

const kept = JSON.parse(readFileSync(resultsFile, 'utf8')) as Results

const runsOf = (outcomes: readonly string[]): ReturnType<typeof cellOf> =>
  cellOf(outcomes.map((outcome, index) => ({ outcome, ms: outcome.endsWith('hang') ? null : 10 * index })))

suite('one cell of the comparison', () => {
  test('the worst outcome of several runs is the one that is told, and how often it was seen', () => {
    assert.deepEqual(worstOf(runsOf(['ok', 'reset', 'ok'])), { outcome: 'reset', count: 1, runs: 3 })
    assert.deepEqual(worstOf(runsOf(['reset', 'ok, hang', 'reset'])), {
      outcome: 'ok, hang',
      count: 1,
      runs: 3,
    })
    assert.deepEqual(worstOf(runsOf(['exit 0', 'exit 1'])).outcome, 'exit 1')
    assert.deepEqual(worstOf(runsOf(['20/20', '13/20', '4/20'])).outcome, '4/20')
  })

  test('losses of two kinds are counted together, under the name of the more frequent', () => {
    assert.deepEqual(worstOf(runsOf(['lost', 'reset', 'reset', 'ok'])), {
      outcome: 'reset',
      count: 3,
      runs: 4,
    })
    assert.deepEqual(worstOf(runsOf(['served', 'refused', 'served'])), {
      outcome: 'served',
      count: 2,
      runs: 3,
    })
  })

  test('a part of the requests, a close without a code and a clean-up that did not run are losses', () => {
    const losses = ['reset', 'lost, exit 0', 'cut', '1006', '2/3', 'hang', 'served, no clean-up, exit 1']
    for (const outcome of losses) assert.ok(isLoss(outcome), outcome)
    for (const outcome of ['ok', '1001', '3/3', 'closed before', 'refused', 'exit 1', 'ended whole']) {
      assert.ok(!isLoss(outcome), outcome)
    }
  })

  test('the time is the median of the runs that ended', () => {
    assert.equal(runsOf(['ok', 'ok', 'ok']).ms, 10)
    assert.equal(runsOf(['hang', 'hang', 'ok']).ms, 20)
    assert.equal(runsOf(['hang']).ms, null)
  })
})

suite('a table of the comparison', () => {
  const play = async (): Promise<null> => null
  const table = (row: Partial<Scenario>, outcomes: readonly string[]): string | undefined => {
    const cells = { A: { core: runsOf(outcomes) } }
    return readTable(renderRows({ ...kept, cells }, [{ id: 'A', title: 'a', play, ...row }]))[1]?.[1]
  }

  test('losses are bold, and what was not seen every time is counted', () => {
    assert.equal(table({}, ['ok', 'ok']), 'ok · 10')
    assert.equal(table({}, ['reset', 'ok', 'ok']), '**reset** (1 of 3) · 10')
    assert.equal(table({}, ['hang', 'hang']), '**hang**')
  })

  test('an exit that is not 0 is bold where 0 is wanted', () => {
    assert.equal(table({}, ['exit 1']), 'exit 1 · 0')
    assert.equal(table({ wantsExit0: true }, ['served, exit 1']), '**served, exit 1** · 0')
    assert.equal(table({ wantsExit0: true }, ['served, exit 0']), 'served, exit 0 · 0')
  })

  test('an exit with 0 is bold where it hides what was lost', () => {
    assert.equal(table({ wantsTelling: true }, ['lost, exit 0']), '**lost, exit 0** · 0')
    assert.equal(table({ wantsTelling: true }, ['reset, exit 1']), 'reset, exit 1 · 0')
  })

  test('what was not run is a dash', () => {
    const shown = columns.slice(0, 2)
    const rendered = readTable(renderRows({ ...kept, cells: {} }, rows, shown))
    assert.equal(rendered.length, rows.length + 1)
    assert.deepEqual(rendered[1]?.slice(1), ['–', '–'])
  })
})

suite('the results that are kept', () => {
  test('have every cell of every table, each run at least three times', () => {
    const problems = rows.flatMap((scenario) =>
      columnsOf(scenario).flatMap(({ id }) => {
        const cell = kept.cells[scenario.id]?.[id]
        return cell && worstOf(cell).runs >= 3 ? [] : [`${scenario.id} of ${id}`]
      }),
    )
    assert.deepEqual(problems, [], 'run: npm run bench:peers')
  })

  test('show no loss and no hang in a column of lastcall, but where a request takes longer than it may', () => {
    const own = columns.filter(({ id }) => id.startsWith('lastcall'))
    const losses = rows
      .filter(({ wantsTelling }) => !wantsTelling)
      .flatMap((scenario) =>
        own.flatMap(({ id }) => {
          const outcomes = Object.keys(kept.cells[scenario.id]?.[id]?.outcomes ?? {})
          return outcomes.filter(isLoss).map((outcome) => `${scenario.id} of ${id}: ${outcome}`)
        }),
      )
    assert.equal(own.length, 3)
    assert.deepEqual(losses, [])
  })

  test('every table is rendered into its section, with every column somewhere', () => {
    const heads = peerSections.flatMap(({ render }) => readTable(render())[0] ?? [])
    for (const { title } of columns) assert.ok(heads.includes(title), title)
  })
})

suite('a table with a delay', () => {
  const delayed = columns.filter(({ group }) => group === 'delayed')

  test('has every package whose README names one, beside lastcall, and no other table has a column of it', () => {
    for (const id of ['http-graceful-shutdown', 'terminus', 'lightship', 'lastcall'])
      assert.ok(
        delayed.some((column) => column.id === `${id}-delay`),
        id,
      )
    for (const { render, name } of peerSections.filter(({ name }) => !name.includes('delayed'))) {
      const heads = name === 'run' || name === 'footprints' ? [] : (readTable(render())[0] ?? [])
      for (const { title } of delayed) assert.ok(!heads.includes(title), `${title} in ${name}`)
    }
  })

  test('is the only one with requests that outlast the delay', () => {
    const overtime = rows.filter(({ id }) => id.endsWith('-overtime'))
    assert.equal(overtime.length, 3)
    for (const row of overtime) assert.deepEqual(columnsOf(row), delayed)
  })

  test('shows what a delay is good for: a request in flight at the signal is answered by every package', () => {
    for (const { id } of delayed)
      for (const row of ['A', 'B', 'C', 'D', 'G'])
        assert.ok(!isLoss(worstOf(kept.cells[row]?.[id] ?? cellOf([])).outcome), `${row} of ${id}`)
  })
})

test('every column has an adapter, and its package is one that the benchmark installs', () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../../bench/peers/package.json', import.meta.url), 'utf8'),
  ) as { dependencies: Record<string, string> }
  for (const { adapter, packageName } of columns) {
    const file = new URL(`../../bench/peers/adapters/${adapter}.mjs`, import.meta.url)
    assert.ok(existsSync(file), adapter)
    if (packageName !== null && packageName !== 'lastcall')
      assert.ok(packageName in dependencies, packageName)
  }
})
