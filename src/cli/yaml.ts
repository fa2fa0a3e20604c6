import { LineCounter, parseDocument } from 'yaml'
import { unquoted } from '../kube/yaml/unquoted.ts'

/**
 * The value of a YAML text.
 * @throws Error which says what is wrong and where; it quotes nothing, because the text may be a secret and
 *   the message is logged
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
