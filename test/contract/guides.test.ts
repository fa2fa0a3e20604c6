import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { allPages, type CodeBlock, codeBlocksOf, fileNameOf, localImportsOf, top } from '../docs/pages.ts'

const MAX_LINES = 20
const here = fileURLToPath(new URL('.', import.meta.url))

/** Programs that import an application of the reader's: what the contract suite runs. */
const programs = allPages()
  .filter((page) => page.startsWith('docs/guides/'))
  .flatMap(codeBlocksOf)
  .filter((block) => block.language === 'ts' && localImportsOf(block).length > 0)

/** An application is in the folder that is called as its page. That of node:http does for HTTPS as well. */
function appOf({ page }: CodeBlock): string {
  const name = basename(page, '.md')
  return join(here, 'servers', name === 'https' ? 'http' : name)
}

/** The application that a guide shows beside its program. */
const shown = programs.flatMap((program) =>
  codeBlocksOf(program.page).filter((block) => localImportsOf(program).includes(fileNameOf(block))),
)

/** Guides whose application is another tool's, or too large: they say so. */
const withoutApp = ['docs/guides/nest.md']

const tsconfig = {
  extends: join(top, 'tsconfig.json'),
  // A guide writes process.env.PORT, and handlers that need no request.
  compilerOptions: { noPropertyAccessFromIndexSignature: false, noUnusedParameters: false },
  include: ['**/*.ts'],
}

suite('the programs of the guides', () => {
  // Inside of test/contract, so that its packages are found.
  mkdirSync(join(here, 'servers', '.run'), { recursive: true })
  const folder = mkdtempSync(join(here, 'servers', '.run', 'types-'))
  after(() => rmSync(folder, { recursive: true }))

  test('there is one in the guide of every kind of server', () => {
    const longLived = ['websocket', 'socket-io', 'graphql-subscriptions', 'trpc', 'grpc']
    const workers = ['bullmq', 'pg-boss', 'kafka', 'cron']
    const servers = ['http', 'https', 'http2', 'express', 'koa', 'hono', 'fastify', 'nest']
    const kinds = [...servers, ...longLived, ...workers]
    const pages = new Set(programs.map(({ page }) => page))
    assert.deepEqual(
      kinds.filter((kind) => !pages.has(`docs/guides/${kind}.md`)),
      [],
    )
  })

  for (const program of programs) {
    const { page, line, code } = program
    test(`${page}:${line} names its file, has an application to import, and ${MAX_LINES} lines at most`, () => {
      assert.notEqual(fileNameOf(program), '')
      assert.ok(existsSync(appOf(program)), `${appOf(program)} is not there`)
      assert.ok(code.trimEnd().split('\n').length <= MAX_LINES)
    })
  }

  for (const program of programs.filter(({ page }) => !withoutApp.includes(page))) {
    const { page, code } = program
    test(`${page} shows every file that its ${fileNameOf(program)} imports, and what they install`, () => {
      const blocks = codeBlocksOf(page)
      const files = blocks.map(fileNameOf)
      assert.deepEqual(
        localImportsOf(program).filter((file) => !files.includes(file)),
        [],
      )
      const commands = blocks.filter(({ language }) => language === 'sh').map((block) => block.code)
      const packages = [code, ...shown.filter((app) => app.page === page).map((app) => app.code)]
        .flatMap((text) => [...text.matchAll(/from '((?:@[\w-]+\/)?[\w.-]+)/g)])
        .map(([, name = '']) => name)
        .filter((name) => name !== 'node' && !name.startsWith('.'))
      const installed = commands.flatMap((text) => /^npm install (.*)$/m.exec(text)?.[1]?.split(' ') ?? [])
      assert.deepEqual(
        packages.filter((name) => !installed.includes(name)),
        [],
      )
    })
  }

  test('each type-checks beside its application, and so does the one that the guide shows', () => {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    for (const program of programs) {
      const beside = join(folder, `${basename(program.page, '.md')}-${basename(fileNameOf(program))}`)
      cpSync(appOf(program), beside, { recursive: true })
      writeFileSync(join(beside, fileNameOf(program)), program.code)
    }
    for (const app of shown) {
      const beside = join(folder, `${basename(app.page, '.md')}-shown`)
      mkdirSync(beside, { recursive: true })
      writeFileSync(join(beside, fileNameOf(app)), app.code)
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
