import { commands } from '../../scripts/docs/facts.ts'
import type { CodeBlock } from './pages.ts'

const known = commands()

interface CommandLine {
  readonly where: string
  /** The words after `lastcall`, up to what is started or a comment. */
  readonly words: readonly string[]
}

/** Every command line of lastcall in a block. */
export function commandLines(block: CodeBlock): readonly CommandLine[] {
  const lines = block.code.replaceAll(/\\\n\s*/g, ' ').split('\n')
  return lines.flatMap((line, index) => {
    const [, rest] =
      /^(?:.*\s)?(?:lastcall|\S*dist\/cli\/bin\.js)\s+([a-z].*)$/.exec(line.replace(/\s#.*$/, '')) ?? []
    if (rest === undefined || /\b(npm|helm|docker) /.test(line)) return []
    return [
      { where: `${block.page}:${block.line + index + 1}`, words: rest.split(/ -- /)[0]?.split(/\s+/) ?? [] },
    ]
  })
}

/** What does not exist of a command line. */
export function problemsOf(line: readonly string[]): readonly string[] {
  const isOne = known.has(line[0] ?? '')
  const [name, words] = [line.slice(0, isOne ? 1 : 2).join(' '), line.slice(isOne ? 1 : 2)]
  const command = known.get(name)
  if (!command) return [`lastcall ${name} does not exist`]
  const flags = command.options.map(({ long }) => long)
  return words
    .filter((word) => word.startsWith('--') && word !== '--' && !flags.includes(word.split('=', 1)[0] ?? ''))
    .map((word) => `lastcall ${name} has no ${word}`)
}
