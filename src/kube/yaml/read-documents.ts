import { type Document, isScalar, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import { LastcallError } from '../../core/errors.ts'
import { copyOf, type Path } from './plain.ts'
import { unquoted } from './unquoted.ts'

/** A place in a file, for messages. Documents and lines count from 1. */
export interface ManifestPlace {
  /** The path as it was given, or `stdin`. */
  readonly file: string
  readonly document: number
  readonly line: number
}

/** `shop.yaml: document 2, line 14`. */
export function placeText({ file, document, line }: ManifestPlace): string {
  return `${file}: document ${document}, line ${line}`
}

/** One document of a file, as a tree and as plain values. */
export interface ManifestDocument {
  readonly tree: Document
  /** The plain value; every alias is a copy of its own. */
  readonly value: unknown
  /** The place of a path; for a value from an alias or merge key the nearest place in the text. */
  placeOf(path: Path): ManifestPlace
}

/** A file of manifests. */
export interface ManifestFile {
  /** For messages: a path, or `stdin`. */
  readonly name: string
  readonly text: string
  readonly documents: readonly ManifestDocument[]
}

/**
 * Reads YAML or JSON with any number of documents. Merge keys (`<<`) count, as they do for kubectl.
 * @throws LastcallError `LASTCALL_MANIFEST` with the place; it quotes nothing, because that may be a secret
 */
export function readDocuments(name: string, text: string): ManifestFile {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const trees: readonly Document[] = 'empty' in parsed ? [] : parsed
  const documents = trees.map((tree, index): ManifestDocument => {
    const placeAt = (offset: number): ManifestPlace => ({
      file: name,
      document: index + 1,
      line: lines.linePos(offset).line,
    })
    const [error] = tree.errors
    if (error) refuse(`${placeText(placeAt(error.pos[0]))}: ${unquoted(error.message)}`, text)
    const strange = strangeKeyOf(tree)
    if (strange) refuse(`${placeText(placeAt(strange.range?.[0] ?? 0))}: a key is no text`, text)
    return {
      tree,
      value: readValue(tree, placeText(placeAt(offsetOf(tree, []))), text),
      placeOf: (path) => placeAt(offsetOf(tree, path)),
    }
  })
  return { name, text, documents }
}

/** A key that is a map or a list, such as `{{ .Values.name }}` of a template that was not rendered. */
function strangeKeyOf(tree: Document): Node | undefined {
  let found: Node | undefined
  visit(tree, {
    Pair(_, { key }) {
      if (isScalar(key)) return undefined
      found = key as Node
      return visit.BREAK
    },
  })
  return found
}

function readValue(tree: Document, place: string, text: string): unknown {
  try {
    return copyOf<unknown>(tree.toJS())
  } catch (problem) {
    return refuse(`${place}: ${unquoted((problem as Error).message)}`, text)
  }
}

function refuse(problem: string, text: string): never {
  const remedy = text.includes('{{')
    ? 'a Helm template has to be rendered first (helm template)'
    : 'the file has to be YAML or JSON'
  throw new LastcallError('LASTCALL_MANIFEST', [`${problem}; ${remedy}`])
}

function offsetOf(tree: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = tree.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined
    const [start] = node?.range ?? []
    if (start !== undefined) return start
  }
  return 0
}
