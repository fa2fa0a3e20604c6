/**
 * Draws docs/images/before-after.svg: rehearses the first `server.mjs` of the README, as it is and under
 * `lastcall/auto`, and turns the output on a terminal of 100 columns into a picture. Writes the picture's
 * figures into the README as its alternative text.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { realIo } from '../src/cli/io.ts'
import { main } from '../src/cli/main.ts'
import { codeBlocksOf } from '../test/docs/pages.ts'
import { replaceSection } from './docs/markdown.ts'
import { installOnce } from './install-once.ts'

const COLUMNS = 100
const renderer = 'scripts/terminal/renderer'
const picture = 'docs/images/before-after.svg'
const folder = resolve('.cache/terminal')
const args = ['rehearse', '--before-after', '--', 'node', 'server.mjs']

writeServer()
const shown = await rehearse()
writeFileSync(picture, draw(`$ npx lastcall ${args.join(' ')}\n${shown}`))
writeFileSync('README.md', replaceSection(readFileSync('README.md', 'utf8'), 'before-after', link(shown)))

/** The application is what the README shows, so that the picture is of nothing else. */
function writeServer(): void {
  const block = codeBlocksOf('README.md').find(({ code }) => code.startsWith('// server.mjs\n'))
  if (!block) throw new Error('README.md has no block that begins with "// server.mjs"')
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/server.mjs`, block.code)
}

/** What the command writes to a terminal. */
async function rehearse(): Promise<string> {
  process.chdir(folder)
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: COLUMNS })
  const output = text(stdout)
  const code = await main(args, { ...realIo(), stdout, cwd: folder })
  stdout.end()
  process.chdir(import.meta.dirname + '/..')
  if (code !== 0) throw new Error(`The rehearsal ended with ${code}:\n${await output}`)
  return output
}

/** The picture with its figures, for readers who cannot see it. */
function link(ansi: string): string {
  const [, before, after] = /^all requests\s+(.+?)\s{2,}(.+)$/m.exec(stripVTControlCharacters(ansi)) ?? []
  if (before === undefined || after === undefined) throw new Error(`No line of all requests in:\n${ansi}`)
  return `![Before: ${before} requests. After: ${after} requests](${picture})`
}

type ToSvg = (ansi: string, options: object) => string
type Wrap = (ansi: string, columns: number, options: object) => string

function draw(ansi: string): string {
  installOnce(renderer)
  const load = createRequire(resolve(renderer, 'package.json'))
  const toSvg = load('ansi-to-svg') as ToSvg
  const { default: wrap } = load('wrap-ansi') as { default: Wrap }
  // An SVG shows one blank for several between words.
  const lines = wrap(ansi.trimEnd(), COLUMNS, { trim: false }).replaceAll(/(?<=\w) {2,}(?=\w)/g, (blanks) =>
    '\u00A0'.repeat(blanks.length),
  )
  return toSvg(lines, {
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
    paddingTop: 12,
    paddingLeft: 14,
    paddingBottom: 12,
    paddingRight: 14,
    colors: { backgroundColor: '#0d1117', foregroundColor: '#e6edf3', red: '#ff7b72', green: '#56d364' },
  })
}
