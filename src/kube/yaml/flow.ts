import { isScalar, type Node, type Pair, stringify, type YAMLMap, type YAMLSeq } from 'yaml'
import { endOfLine } from './end-of.ts'
import type { Pass } from './pass.ts'
import { columnOf, type Style } from './style.ts'

/** Text of a value within brackets on one line: as JSON in a file of JSON, else without needless quotes. */
export function flowText(value: unknown, { isJson, singleQuote }: Style): string {
  if (isJson) return JSON.stringify(value)
  // Rendered inside a list: a text with a comma needs quotes only within brackets.
  const options = {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    singleQuote,
    lineWidth: 0,
    compat: 'yaml-1.1',
  } as const
  return stringify([value], options).trim().slice(1, -1)
}

/**
 * Adds keys to a map, or items to a list, that is written with brackets and not empty. New items get lines of
 * their own where the others have them; a comment stays after its item.
 */
export function insertInFlow(
  collection: YAMLMap | YAMLSeq,
  added: readonly (readonly [key: string | undefined, value: unknown])[],
  { text, style, edits }: Pick<Pass, 'text' | 'style' | 'edits'>,
): void {
  const [first, last] = [nodeOf(collection.items[0]), endNodeOf(collection.items.at(-1))]
  const [start = 0, end = 0] = [first?.range?.[0], last?.range?.[1]]
  const [open = 0, close = 0] = collection.range ?? []
  const hasOwnLines = text.slice(open, start).includes('\n') && text.slice(end, close).includes('\n')
  const column = hasOwnLines ? columnOf(text, start) : undefined
  const words = added.map(([key, value]) => {
    const isPretty = style.isJson && column !== undefined
    return keyText(key, first) + (isPretty ? prettyJson(value, column, style) : flowText(value, style))
  })
  if (column === undefined) return void edits.push({ start: end, end, text: `, ${words.join(', ')}` })
  const lineBreak = style.newline + ' '.repeat(column)
  const hasComma = text.slice(end, close).replaceAll(/#.*/g, '').includes(',')
  const at = endOfLine(text, end)
  if (!hasComma) edits.push({ start: end, end, text: ',' })
  edits.push({ start: at, end: at, text: lineBreak + words.join(`,${lineBreak}`) })
}

/** A key, in quotes where the first key has them; nothing for an item of a list. */
function keyText(key: string | undefined, first: Node | undefined): string {
  if (key === undefined) return ''
  return `${isScalar(first) && first.type === 'QUOTE_DOUBLE' ? JSON.stringify(key) : key}: `
}

const nodeOf = (item: unknown): Node | undefined =>
  ((item as Pair<Node> | undefined)?.key ?? item) as Node | undefined

function endNodeOf(item: unknown): Node | undefined {
  const { key, value } = (item ?? {}) as Partial<Pair<Node, Node | null>>
  return key === undefined ? (item as Node | undefined) : (value ?? key)
}

function prettyJson(value: unknown, column: number, { indent, newline }: Style): string {
  return JSON.stringify(value, undefined, indent).replaceAll('\n', newline + ' '.repeat(column))
}
