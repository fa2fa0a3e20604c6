import { isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml'

/**
 * Where the last line of a node's own content ends, without the line break. The range of a block collection
 * goes on over the blank lines and comments behind it, which may belong to what follows.
 */
export function endOfLastLine(text: string, node: Node): number {
  return endOfLine(text, endOfContent(text, node))
}

/** The end of the line that an offset is in, without the line break. */
export function endOfLine(text: string, offset: number): number {
  const next = text.indexOf('\n', offset)
  if (next === -1) return text.length
  return text[next - 1] === '\r' && next > offset ? next - 1 : next
}

function endOfContent(text: string, node: Node): number {
  const last = (isMap(node) || isSeq(node)) && !node.flow ? node.items.at(-1) : undefined
  if (last !== undefined) return endOfContent(text, lastNodeOf(last as Node | Pair<Node, Node | null>))
  const [start = 0, end = 0] = node.range ?? []
  const isBlock = isScalar(node) && node.type?.startsWith('BLOCK') === true
  if (!isBlock) return end
  // With `|+` the blank lines at the end are a part of the value.
  const keepsBlankLines = text.slice(start, text.indexOf('\n', start)).includes('+')
  return keepsBlankLines ? end - 1 : text.slice(0, end).trimEnd().length
}

/** The last node of an item: the value of a pair, where it has one. */
function lastNodeOf(item: Node | Pair<Node, Node | null>): Node {
  if (!isPair(item)) return item
  const { key, value } = item as Pair<Node, Node | null>
  return value && !isMissing(value) ? value : key
}

/** Whether the value is empty: a null that is not written. */
export function isMissing(node: Node): boolean {
  return isScalar(node) && node.range?.[0] === node.range?.[1]
}
