import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Edit } from './edit.ts'
import { endOfLastLine } from './end-of.ts'
import { insertInFlow } from './flow.ts'
import { copyOf, isObject, type PlainObject, textOf } from './plain.ts'
import type { Pass, Place } from './pass.ts'
import { replaceNode } from './replace.ts'
import { blockText, columnOf, styleOf } from './style.ts'

/**
 * Computes the edits that give a document another value. They touch only what differs. They change and add
 * values, and never remove one. An alias whose value would be wrong is written out.
 * @returns edits of the whole text; none when the document has that value already
 */
export function reconcile(text: string, tree: Document, wanted: unknown): readonly Edit[] {
  const pass: Pass = { text, tree, style: styleOf(text, tree), edits: [], willSay: new Map() }
  if (tree.contents) visitNode(tree.contents, wanted, { isInFlow: false }, pass)
  return pass.edits
}

function visitNode(node: Node, wanted: unknown, place: Place, pass: Pass): void {
  if (isAlias(node)) {
    if (!isDeepStrictEqual(saidBy(node, pass), wanted)) replaceNode(node, wanted, place, pass)
    return
  }
  if (node.anchor !== undefined) pass.willSay.set(node, wanted)
  if (isMap(node) && node.items.length > 0 && isObject(wanted)) visitMap(node, wanted, place, pass)
  else if (isSeq(node) && node.items.length > 0 && Array.isArray(wanted)) visitSeq(node, wanted, place, pass)
  else if (!isDeepStrictEqual(saidBy(node, pass), wanted)) replaceNode(node, wanted, place, pass)
}

function visitMap(map: YAMLMap, wanted: PlainObject, place: Place, pass: Pass): void {
  const isInFlow = place.isInFlow || map.flow === true
  const pairs = map.items as Pair<Node, Node | null>[]
  const written = new Set<string>()
  const merged: PlainObject = {}
  for (const { key, value } of pairs) {
    if (isMergeKey(key)) Object.assign(merged, { ...mergedBy(value, pass), ...merged })
    else {
      const name = nameOf(key)
      written.add(name)
      if (value) visitNode(value, wanted[name], { key, isInFlow }, pass)
    }
  }
  const added = Object.entries(wanted).filter(
    ([name, value]) => !written.has(name) && !isDeepStrictEqual(merged[name], value),
  )
  if (added.length === 0) return
  if (map.flow) insertInFlow(map, added, pass)
  else insertLines(map, Object.fromEntries(added), startOf(pairs[0]?.key), pass)
}

function visitSeq(seq: YAMLSeq, wanted: readonly unknown[], place: Place, pass: Pass): void {
  const isInFlow = place.isInFlow || seq.flow === true
  const items = seq.items as Node[]
  for (const [index, item] of items.entries()) visitNode(item, wanted[index], { isInFlow }, pass)
  const added = wanted.slice(items.length)
  if (added.length === 0) return
  if (seq.flow) {
    const unnamed = added.map((value) => [undefined, value] as const)
    insertInFlow(seq, unnamed, pass)
  } else insertLines(seq, added, pass.text.lastIndexOf('-', startOf(items[0]) - 1), pass)
}

/** After the last line of a block collection, in the column of its first item. */
function insertLines(node: Node, added: unknown, firstItem: number, { text, style, edits }: Pass): void {
  const at = endOfLastLine(text, node)
  const lines = blockText(added, columnOf(text, firstItem), style)
  edits.push({ start: at, end: at, text: `${style.newline}${lines}` })
}

/** The value of a node after the edits so far. Anchors come before their aliases. */
function saidBy(node: Node, { tree, willSay }: Pass): unknown {
  const source = isAlias(node) ? node.resolve(tree) : node
  if (source && willSay.has(source) && isAlias(node)) return willSay.get(source)
  return copyOf<unknown>(node.toJS(tree))
}

/** The values of a merge key. The first source that has a key wins. */
function mergedBy(value: Node | null, pass: Pass): PlainObject {
  const sources = isSeq(value) ? (value.items as Node[]) : value ? [value] : []
  const said = sources.map((source) => saidBy(source, pass)).filter(isObject)
  return Object.assign({}, ...said.toReversed()) as PlainObject
}

/** `<<` is no text but a symbol for the parser, unless it is in quotes. */
const isMergeKey = (key: Node): boolean => isScalar(key) && typeof key.value === 'symbol'

/** The name that a key has in plain values. */
const nameOf = (key: Node): string => (isScalar(key) && key.value !== null ? textOf(key.value) : '')

const startOf = (node: Node | undefined): number => node?.range?.[0] ?? 0
