import { readSources } from '../helpers/source-graph.ts'
import type { CodeBlock } from './pages.ts'

/** The code behind every `@example` in the docstrings of `src`. */
export const examples: readonly CodeBlock[] = readSources('src').flatMap(({ path, text }) =>
  [...text.matchAll(/^ \* @example\n \* ```ts\n([^]*?)^ \* ```$/gm)].map(({ 1: code = '', index }) => ({
    page: path,
    line: text.slice(0, index).split('\n').length,
    language: 'ts',
    code: code.replaceAll(/^ \*(?: |$)/gm, ''),
  })),
)
