import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The top of the repository. */
export const top: string = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block of a page. */
export interface CodeBlock {
  readonly page: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
}

/** The text of a file of the repository. */
export function readPage(page: string): string {
  return readFileSync(new URL(page, `file://${top}`), 'utf8')
}

const patterns = ['*.md', 'docs/**/*.md', 'charts/**/*.md', 'examples/*/*.md']

/** Every page that people read, by its path from the top. */
export function allPages(): readonly string[] {
  const pages = patterns.flatMap((pattern) => globSync(pattern, { cwd: top }))
  // Its generator checks the links, and `examples.ts` the code.
  return pages.filter((page) => !page.startsWith('docs/reference/api/')).toSorted()
}

const fence = /^( *)(`{3,}|~{3,})(.*)$/

/** All fenced blocks, those that are indented in lists as well. */
export function codeBlocksOf(page: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { indent: number; mark: string; language: string; line: number; code: string[] } | null = null
  for (const [index, text] of readPage(page).split('\n').entries()) {
    const [, indent = '', mark = '', info = ''] = fence.exec(text) ?? []
    if (open && mark.startsWith(open.mark) && info.trim() === '') {
      const { language, line, code } = open
      blocks.push({ page, line, language, code: `${code.join('\n')}\n` })
      open = null
    } else if (open) {
      open.code.push(text.slice(Math.min(open.indent, text.length - text.trimStart().length)))
    } else if (mark !== '') {
      open = {
        indent: indent.length,
        mark,
        language: info.trim().split(' ')[0] ?? '',
        line: index + 1,
        code: [],
      }
    }
  }
  return blocks
}

/** The file that a block is, as its first line says: `// server.ts`. Empty when it is none. */
export function fileNameOf({ code }: CodeBlock): string {
  return /^\/\/ (\S+\.[cm]?[jt]s)\n/.exec(code)?.[1] ?? ''
}

/** Files beside it that a block imports: `./app.ts`. */
export function localImportsOf({ code }: CodeBlock): readonly string[] {
  return [...code.matchAll(/(?:from|import\() ?'\.\/([^']+)'/g)].map(([, file = '']) => file)
}

/** The page without its fenced blocks, so that what they show is not taken for the page's own. */
export function proseOf(page: string): string {
  let inside = ''
  return readPage(page)
    .split('\n')
    .filter((text) => {
      const mark = fence.exec(text)?.[2] ?? ''
      if (inside === '') inside = mark
      else if (mark.startsWith(inside)) return void (inside = '')
      return inside === '' && mark === ''
    })
    .join('\n')
}

/** Headings of one level, as they are written. */
export function headingsOf(page: string, level: number): readonly string[] {
  const mark = '#'.repeat(level)
  return proseOf(page)
    .split('\n')
    .flatMap((text) => (text.startsWith(`${mark} `) ? [text.slice(mark.length + 1).trim()] : []))
}

/**
 * What GitHub makes of a heading in an address: lower case, without punctuation, blanks as hyphens; later
 * ones of the same name get a number.
 */
export function anchorsOf(page: string): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const anchors = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = plain
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const seen = counts.get(slug) ?? 0
    counts.set(slug, seen + 1)
    return seen === 0 ? slug : `${slug}-${seen}`
  })
  return new Set(anchors)
}

/** The text of a section, from its heading to the next one of the same or a higher level. */
export function sectionOf(page: string, heading: string): string {
  const lines = readPage(page).split('\n')
  const first = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '').trim() === heading)
  if (first < 0) return ''
  const level = /^#+/.exec(lines[first] ?? '')?.[0].length ?? 1
  const next = lines.slice(first + 1).findIndex((line) => {
    const marks = /^(#+) /.exec(line)?.[1]
    return marks !== undefined && marks.length <= level
  })
  return lines.slice(first, next < 0 ? undefined : first + 1 + next).join('\n')
}
