import { type Edit, inOrder } from './edit.ts'

/**
 * The changed lines as `diff -U0` shows them. It hides everything that may be a secret: lines around them,
 * the rest of a line that has more than one key, and the value of an alias.
 * @param edits of the text, as they were applied to it
 */
export function showEdits(name: string, before: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return ''
  const hunks = groupByLine(before, inOrder(edits)).map((group) => showHunk(before, group))
  return [`--- ${name}`, `+++ ${name} (patched)`, ...hunks, ''].join('\n')
}

/** Puts all edits of one line into one group. */
function groupByLine(text: string, edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const groups: Edit[][] = []
  for (const edit of edits) {
    const last = groups.at(-1)
    const end = last?.at(-1)?.end
    if (last && end !== undefined && !text.slice(end, edit.start).includes('\n')) last.push(edit)
    else groups.push([edit])
  }
  return groups
}

function showHunk(text: string, edits: readonly Edit[]): string {
  const [first, last] = [edits[0] as Edit, edits.at(-1) as Edit]
  const lineStart = text.lastIndexOf('\n', first.start - 1) + 1
  const lineEnd = text.indexOf('\n', last.end) === -1 ? text.length : text.indexOf('\n', last.end)
  const line = text.slice(0, lineStart).split('\n').length
  // The edits only add whole lines after a line that stays.
  if (edits.every(({ start, end, text: added }) => start === end && /^\r?\n/.test(added))) {
    const added = edits.flatMap((edit) => edit.text.split('\n').slice(1))
    return [`@@ after line ${line} @@`, ...added.map((one) => `+${one.trimEnd()}`)].join('\n')
  }
  let [before, after] = ['', '']
  let at = lineStart
  for (const edit of edits) {
    const kept = hide(text.slice(at, edit.start))
    before += kept + text.slice(edit.start, edit.end)
    after += kept + edit.text
    at = edit.end
  }
  const rest = hide(text.slice(at, lineEnd))
  const lines = (sign: string, shown: string): readonly string[] =>
    shown
      .trimEnd()
      .split('\n')
      .map((one) => `${sign}${one.trimEnd()}`)
  // The value behind an alias may be a secret.
  const isWrittenOut = edits.some(({ start, end }) => text.slice(start, end).trimStart().startsWith('*'))
  const added = isWrittenOut
    ? [`+… (the alias is written out, with the settings: ${(after + rest).split('\n').length} lines)`]
    : lines('+', after + rest)
  return [`@@ line ${line} @@`, ...lines('-', before + rest), ...added].join('\n')
}

/** Keeps a key and blanks, and hides everything else. */
function hide(text: string): string {
  return /^\s*(?:- )?(?:["']?[\w./-]+["']?:)?\s*$/.test(text) ? text : `${/^\s*/.exec(text)?.[0] ?? ''}…`
}
