import { isScalar, type Node } from 'yaml'
import { endOfLastLine, isMissing } from './end-of.ts'
import { flowText } from './flow.ts'
import type { Pass, Place } from './pass.ts'
import { blockText, columnOf, scalarText } from './style.ts'

/** Replaces the value of a node that is a scalar, an alias, empty or not written. */
export function replaceNode(node: Node, wanted: unknown, { key, isInFlow }: Place, pass: Pass): void {
  const isCollection = typeof wanted === 'object' && wanted !== null
  if (isCollection && key && !isInFlow) return replaceBelowKey(node, wanted, key, pass)
  const { text, edits } = pass
  const value = inlineText(node, wanted, isInFlow, pass)
  const [start = 0, end = 0] = node.range ?? []
  if (isMissing(node) && key) {
    const colon = text.indexOf(':', key.range?.[1]) + 1
    edits.push({ start: colon, end: colon, text: ` ${value}` })
  } else {
    // The range of a block scalar includes the line break after it.
    edits.push({ start, end, text: text[end - 1] === '\n' ? `${value}${pass.style.newline}` : value })
  }
}

/** The text that replaces the old value. */
function inlineText(node: Node, wanted: unknown, isInFlow: boolean, { text, style }: Pass): string {
  const isCollection = typeof wanted === 'object' && wanted !== null
  if (isCollection && !isInFlow) {
    return blockText(wanted, columnOf(text, node.range?.[0] ?? 0), style).trimStart()
  }
  const type = isScalar(node) ? node.type : undefined
  if (isCollection || (isInFlow && type === 'PLAIN')) return flowText(wanted, style)
  return scalarText(wanted, type, style)
}

/** Starts on a new line, so that a comment after the key stays where it is. */
function replaceBelowKey(node: Node, wanted: object, key: Node, { text, style, edits }: Pass): void {
  const [start = 0, end = 0] = node.range ?? []
  if (!isMissing(node)) edits.push({ start: text.slice(0, start).trimEnd().length, end, text: '' })
  const at = endOfLastLine(text, isMissing(node) ? key : node)
  const deeper = Array.isArray(wanted) && !style.indentSeq ? 0 : style.indent
  const lines = blockText(wanted, columnOf(text, key.range?.[0] ?? 0) + deeper, style)
  edits.push({ start: at, end: at, text: `${style.newline}${lines}` })
}
