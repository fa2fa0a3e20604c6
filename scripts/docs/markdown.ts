/** A table: the heads, then the rows, every cell as markdown. */
export type Table = readonly (readonly string[])[]

// A bar inside a cell would end it, in code as well (GitHub Flavored Markdown, "Tables").
const escaped = (cell: string): string => cell.replaceAll('|', String.raw`\|`)

/** Writes a table the way prettier does, so that a written file is a formatted one. */
export function writeTable(table: Table): string {
  const cells = table.map((row) => row.map(escaped))
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...rows] = cells
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** Reads the first table of a text, cells as they are written. */
export function readTable(text: string): Table {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith('|'))
  if (first < 0) return []
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'))
  const table = lines.slice(first, length < 0 ? undefined : first + length)
  return table.filter((_, index) => index !== 1).map(readRow)
}

function readRow(line: string): readonly string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'))
}

const markers = (name: string): readonly [string, string] => [
  `<!-- ${name}:start -->`,
  `<!-- ${name}:end -->`,
]

/** What stands between the markers of a section; undefined when the text has none of that name. */
export function readSection(text: string, name: string): string | undefined {
  const [start, end] = markers(name)
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  return from < 0 || to < from ? undefined : text.slice(from + start.length, to).trim()
}

/** The text with another content between the markers. */
export function replaceSection(text: string, name: string, content: string): string {
  const [start, end] = markers(name)
  const from = text.indexOf(start) + start.length
  return `${text.slice(0, from)}\n\n${content}\n\n${text.slice(text.indexOf(end))}`
}
