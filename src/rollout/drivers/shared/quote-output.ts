/** Lines of output in a message; the JSON document contains all kept lines. */
const SHOWN_LINES = 15

/** The last lines that a program wrote, indented, with a heading. */
export function quoteOutput(lines: readonly string[]): string {
  if (lines.length === 0) return '\n    It wrote nothing.'
  const shown = lines.slice(-SHOWN_LINES).map((line) => `\n    | ${line}`)
  return `\n    Its last lines:${shown.join('')}`
}
