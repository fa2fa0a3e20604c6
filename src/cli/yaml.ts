import { LineCounter, parseDocument } from 'yaml'
import { unquoted } from '../kube/yaml/unquoted.ts'

/**
 * The value of a YAML text.
 * @throws Error which says what is wrong and where, and quotes nothing: what is there may be a secret, and
 * the message goes to a log
 */
export function readYaml(text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new Error(`${unquoted(error.message)} (line ${line}, column ${col})`)
  }
  try {
    return document.toJS() as unknown
  } catch (problem) {
    throw new Error(unquoted((problem as Error).message), { cause: problem })
  }
}
