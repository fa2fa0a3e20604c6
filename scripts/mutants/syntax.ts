import { parseSync } from 'oxc-parser'

/** A node of the syntax tree (ESTree), by what all nodes have. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'

/** Types, imports and what only names something have no behaviour of their own. */
const silent = /^(TSType|TSInterface|TSQualified|Import|ExportAll|TSLiteral|TSUnion|TSArray)/

/** The child under that name, when it is a node. */
export function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  const child = node[field]
  return isNode(child) ? child : undefined
}

/** Every node that behaves, outside first, with the one above it. */
export function* walk(
  node: SyntaxNode,
  parent?: SyntaxNode,
): Generator<readonly [SyntaxNode, SyntaxNode | undefined]> {
  if (silent.test(node.type)) return
  yield [node, parent]
  for (const [field, value] of Object.entries(node)) {
    if (field === 'key' || field === 'typeAnnotation' || field === 'returnType') continue
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* walk(child, node)
    }
  }
}

/** The tree of a TypeScript file. */
export function parseSource(path: string, text: string): SyntaxNode {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  return program as unknown as SyntaxNode
}
