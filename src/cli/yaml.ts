import { LineCounter, parseDocument } from 'yaml'

/** Quotes of the text behind what is wrong with it: everything after a colon, and an escape sequence. */
const quote = /(?<! ):.*| sequence .*/s

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
    throw new Error(`${error.message.replace(quote, '')} (line ${line}, column ${col})`)
  }
  try {
    return document.toJS() as unknown
  } catch (problem) {
    throw new Error((problem as Error).message.replace(quote, ''), { cause: problem })
  }
}
