import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { allPages, type CodeBlock, codeBlocksOf, top } from '../docs/pages.ts'

const MAX_LINES = 20
const here = fileURLToPath(new URL('.', import.meta.url))

/** Programs that import an application of the reader's: what the contract suite runs. */
const programs = allPages()
  .filter((page) => page.startsWith('docs/guides/'))
  .flatMap(codeBlocksOf)
  .filter(({ language, code }) => language === 'ts' && / from '\.\//.test(code))

const fileOf = ({ code }: CodeBlock): string => /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? ''

/** An application is in the folder that is called as its page. That of node:http does for HTTPS as well. */
function appOf({ page }: CodeBlock): string {
  const name = basename(page, '.md')
  return join(here, 'servers', name === 'https' ? 'http' : name)
}

const tsconfig = {
  extends: join(top, 'tsconfig.json'),
  // A guide writes process.env.PORT.
  compilerOptions: { noPropertyAccessFromIndexSignature: false },
  include: ['**/*.ts'],
}

suite('the programs of the guides', () => {
  // Inside of test/contract, so that its packages are found.
  mkdirSync(join(here, 'servers', '.run'), { recursive: true })
  const folder = mkdtempSync(join(here, 'servers', '.run', 'types-'))
  after(() => rmSync(folder, { recursive: true }))

  test('there is one in the guide of every kind of server', () => {
    const longLived = ['websocket', 'socket-io', 'graphql-subscriptions', 'trpc', 'grpc']
    const kinds = ['http', 'https', 'http2', 'express', 'koa', 'hono', 'fastify', 'nest', ...longLived]
    const pages = new Set(programs.map(({ page }) => page))
    assert.deepEqual(
      kinds.filter((kind) => !pages.has(`docs/guides/${kind}.md`)),
      [],
    )
  })

  for (const program of programs) {
    const { page, line, code } = program
    test(`${page}:${line} names its file, has an application to import, and ${MAX_LINES} lines at most`, () => {
      assert.notEqual(fileOf(program), '')
      assert.ok(existsSync(appOf(program)), `${appOf(program)} is not there`)
      assert.ok(code.trimEnd().split('\n').length <= MAX_LINES)
    })
  }

  test('each type-checks beside its application', () => {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    for (const program of programs) {
      const beside = join(folder, `${basename(program.page, '.md')}-${fileOf(program)}`)
      cpSync(appOf(program), beside, { recursive: true })
      writeFileSync(join(beside, fileOf(program)), program.code)
    }
    const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
    const args = [tsc, '--noEmit', '--pretty', 'false', '-p', folder]
    const { error, stdout, status } = spawnSync(process.execPath, args, { cwd: top, encoding: 'utf8' })
    assert.equal(error, undefined)
    assert.deepEqual([status, stdout], [0, ''])
  })

  for (const file of ['instrumentation.js', 'instrumentation-node.js']) {
    test(`docs/guides/next.md shows the ${file} of the application that is tested`, () => {
      const block = codeBlocksOf('docs/guides/next.md').find(({ code }) => code.startsWith(`// ${file}\n`))
      assert.equal(block?.code, readFileSync(join(here, 'apps', 'next', file), 'utf8'))
    })
  }
})
