import { isMap, isScalar, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Edit } from './edit.ts'
import { columnOf, type Style } from './style.ts'

/** Text of a value within `{}` or `[]`; over several lines where the rest is. */
function flowText(value: unknown, column: number | undefined, newline: string): string {
  if (column === undefined) return JSON.stringify(value)
  return JSON.stringify(value, undefined, 2).replaceAll('\n', newline + ' '.repeat(column))
}

/**
 * The edit that adds keys to a map, or items to a list, that is written with brackets and not empty. What is
 * added goes on lines of its own where the first item does.
 */
export function insertInFlow(
  collection: YAMLMap | YAMLSeq,
  added: readonly (readonly [key: string | undefined, value: unknown])[],
  { text, style }: { readonly text: string; readonly style: Style },
): Edit {
  const [first, last] = [nodeOf(collection.items[0]), endNodeOf(collection.items.at(-1))]
  const [start = 0] = first?.range ?? []
  const isOnOwnLine = text.slice(collection.range?.[0], start).includes('\n')
  const column = isOnOwnLine ? columnOf(text, start) : undefined
  const hasQuotedKeys = isScalar(first) && isMap(collection) && first.type === 'QUOTE_DOUBLE'
  const separator = column === undefined ? ', ' : `,${style.newline}${' '.repeat(column)}`
  const words = added.map(([key, value]) => {
    const prefix = key === undefined ? '' : `${hasQuotedKeys ? JSON.stringify(key) : key}: `
    return `${separator}${prefix}${flowText(value, column, style.newline)}`
  })
  const end = last?.range?.[1] ?? 0
  return { start: end, end, text: words.join('') }
}

const nodeOf = (item: unknown): Node | undefined =>
  ((item as Pair<Node> | undefined)?.key ?? item) as Node | undefined

function endNodeOf(item: unknown): Node | undefined {
  const { key, value } = (item ?? {}) as Partial<Pair<Node, Node | null>>
  return key === undefined ? (item as Node | undefined) : (value ?? key)
}
