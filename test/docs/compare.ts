import assert from 'node:assert/strict'
import type { Table } from '../../scripts/docs/markdown.ts'

const remedy = 'run: node scripts/write-docs.ts'

/**
 * Asserts that a table of a page is the one that the code gives; says which row is missing, wrong or too
 * many.
 */
export function assertTable(where: string, shown: Table, wanted: Table): void {
  const problems: string[] = []
  const keyOf = (row: readonly string[]): string => row[0] ?? ''
  const shownByKey = new Map(shown.map((row) => [keyOf(row), row]))
  const head = wanted[0] ?? []
  for (const row of wanted) {
    const there = shownByKey.get(keyOf(row))
    if (!there) {
      problems.push(`${where}: the row ${keyOf(row)} is missing`)
      continue
    }
    for (const [column, cell] of row.entries()) {
      if (there[column] === cell) continue
      problems.push(
        `${where}: ${head[column]} of ${keyOf(row)} is "${there[column] ?? ''}", in the code it is "${cell}"`,
      )
    }
  }
  const keys = new Set(wanted.map(keyOf))
  for (const key of shownByKey.keys()) {
    if (!keys.has(key)) problems.push(`${where}: the row ${key} is of nothing in the code`)
  }
  assert.deepEqual(problems, [], `${problems.join('\n')}\n${remedy}`)
  assert.deepEqual(shown.map(keyOf), wanted.map(keyOf), `${where}: the rows are in another order; ${remedy}`)
}

/** Asserts that two lists of names have the same members; says which are missing on which side. */
export function assertSameNames(where: string, shown: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !shown.includes(name))
  const extra = shown.filter((name) => !wanted.includes(name))
  const twice = shown.filter((name, index) => shown.indexOf(name) !== index)
  assert.deepEqual(
    { missing, extra, twice },
    { missing: [], extra: [], twice: [] },
    `${where}: missing: ${missing.join(', ') || '-'}; unknown to the code: ${extra.join(', ') || '-'}; twice: ${twice.join(', ') || '-'}`,
  )
}

/** Cell texts without the marks of code. */
export function plain(cells: readonly string[]): readonly string[] {
  return cells.map((cell) => cell.replaceAll('`', ''))
}
