import { type Document, isMap, isScalar, isSeq, type Node, stringify, visit } from 'yaml'

/** The style of a document. Added lines follow it. */
export interface Style {
  /** Spaces of one level. */
  readonly indent: number
  /** Whether the dashes of a list are indented below its key. */
  readonly indentSeq: boolean
  readonly singleQuote: boolean
  /** Whether it is JSON, or written like it: in brackets from its top. */
  readonly isJson: boolean
  readonly newline: '\n' | '\r\n'
}

/** The column of an offset, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

/** Reads the style from the first map and the first list of the document. */
export function styleOf(text: string, tree: Document): Style {
  let indent: number | undefined
  let indentSeq: boolean | undefined
  let quotes = 0
  visit(tree, {
    Scalar(_, { type }) {
      if (type === 'QUOTE_SINGLE') quotes++
      if (type === 'QUOTE_DOUBLE') quotes--
    },
    Pair(_, { key, value }) {
      if (!isScalar(key) || !key.range || (!isMap(value) && !isSeq(value))) return
      if (value.flow || !value.range) return
      const deeper = columnOf(text, value.range[0]) - columnOf(text, key.range[0])
      if (isMap(value)) indent ??= deeper
      else indentSeq ??= deeper > 0
    },
  })
  const isJson = isMap(tree.contents) && tree.contents.flow === true
  return {
    indent: Math.max(1, (isJson ? jsonIndent(text, tree) : indent) ?? 2),
    indentSeq: indentSeq ?? true,
    singleQuote: quotes > 0,
    isJson,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
  }
}

/** The column of the first key of JSON, if it is on a line of its own. */
function jsonIndent(text: string, { contents }: Document): number | undefined {
  const key = isMap(contents) ? (contents.items[0]?.key as Node | undefined) : undefined
  if (!key?.range || !contents?.range) return undefined
  const isOnOwnLine = text.slice(contents.range[0], key.range[0]).includes('\n')
  return isOnOwnLine ? columnOf(text, key.range[0]) : undefined
}

/** A value as block YAML, each line indented; the first line as well. */
export function blockText(value: unknown, column: number, style: Style): string {
  const { indent, indentSeq, singleQuote, newline } = style
  const text = stringify(value, {
    indent,
    indentSeq,
    singleQuote,
    lineWidth: 0,
    compat: 'yaml-1.1',
  }).trimEnd()
  return text
    .split('\n')
    .map((line) => `${' '.repeat(column)}${line}`)
    .join(newline)
}

/** A scalar on one line, in the quotes of the one that it replaces. */
export function scalarText(value: unknown, type: string | undefined, style: Style): string {
  if (typeof value !== 'string' || type === 'QUOTE_DOUBLE' || value.includes('\n')) {
    return JSON.stringify(value)
  }
  if (type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`
  return stringify(value, { singleQuote: style.singleQuote, lineWidth: 0, compat: 'yaml-1.1' }).trimEnd()
}
