import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { parseAllDocuments } from 'yaml'
import type { Report } from '../../src/core/report.ts'
import { takePort } from '../helpers/ports.ts'
import { httpGet } from '../helpers/http-get.ts'
import { examples } from './examples.ts'
import { commandLines, problemsOf } from './command-lines.ts'
import { allPages, type CodeBlock, codeBlocksOf, fileNameOf, localImportsOf, top } from './pages.ts'

const pages = allPages().filter((page) => !page.startsWith('CHANGELOG'))
const blocks = pages.flatMap(codeBlocksOf)
const folder = join(top, '.cache', 'docs')

const titleOf = ({ page, line }: CodeBlock): string => `${page}:${line}`
const fileOf = (block: CodeBlock): string => {
  const extension = extname(fileNameOf(block)) || '.ts'
  return join(folder, `${block.page.replaceAll(/[/.]/g, '-')}-${block.line}${extension}`)
}

/**
 * Programs that import an application, and the applications that guides show: the contract suite runs them.
 */
const imported = new Set(
  blocks.flatMap((block) => localImportsOf(block).map((file) => `${block.page} ${file}`)),
)
const isAlone = (block: CodeBlock): boolean =>
  localImportsOf(block).length === 0 && !imported.has(`${block.page} ${fileNameOf(block)}`)

const typed = blocks.filter((block) => block.language === 'ts' && isAlone(block))
/** Programs listen on PORT. That of a custom server of Next.js needs a built application. */
const programs = blocks.filter(
  (block) =>
    ['ts', 'js'].includes(block.language) &&
    isAlone(block) &&
    block.code.includes('process.env.PORT') &&
    /'lastcall/.test(block.code) &&
    !block.code.includes("from 'next'"),
)

const tsconfig = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    // A guide writes process.env.PORT, and shows functions that nobody calls.
    noPropertyAccessFromIndexSignature: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    moduleDetection: 'force',
  },
  include: ['*.ts'],
}

/**
 * What fragments of the guides take for granted. A complete program declares its own, which hide these. Kept
 * out of the project's own types.
 */
const globals = `
import type { FastifyInstance } from 'fastify'
import type { Lifecycle } from 'lastcall'
declare global {
  const lifecycle: Lifecycle
  const app: FastifyInstance
  const pool: { query(sql: string): Promise<unknown>; end(): Promise<void> }
  const worker: { stop(options: { signal: AbortSignal }): Promise<void> }
}
`

function writeBlocks(): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  writeFileSync(join(folder, 'globals.d.ts'), globals)
  for (const block of new Set([...typed, ...programs, ...examples])) writeFileSync(fileOf(block), block.code)
}

suite('code in the documentation', () => {
  writeBlocks()

  test('every TypeScript block type-checks', () => {
    assert.ok(typed.length > 12, 'found too few blocks')
    assert.ok(examples.length > 8, 'found too few examples')
    const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
    const args = [tsc, '--noEmit', '--pretty', 'false', '-p', folder]
    const { error, stdout } = spawnSync(process.execPath, args, { cwd: top, encoding: 'utf8' })
    assert.equal(error, undefined)
    // The sources that blocks import are checked along with them, and are `npm run types`' business.
    const problems = stdout.split('\n').filter((line) => line.startsWith('.cache/docs/'))
    assert.deepEqual(problems, [], problems.join('\n'))
  })

  test('there is a program in every guide that begins with one', () => {
    const guides = ['README.md', 'docs/guides/http.md', 'docs/guides/metrics.md']
    assert.deepEqual(
      guides.filter((guide) => !programs.some(({ page }) => page === guide)),
      [],
    )
  })

  for (const block of programs) {
    test(`${titleOf(block)} becomes ready, answers, and ends with 0 after SIGTERM`, (t) =>
      runProgram(t, block))
  }

  for (const block of typed.filter(({ code }) => code.includes('the test is over'))) {
    test(`${titleOf(block)} runs to its end and prints 0`, async (t) => {
      const child = start(t, block, {})
      let output = ''
      child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
      assert.deepEqual(await once(child, 'close'), [0, null])
      assert.equal(output, '0\n')
    })
  }

  test('every YAML and JSON block parses', () => {
    const data = blocks.filter(({ language }) => ['yaml', 'json'].includes(language))
    assert.ok(data.length > 4, 'found too few blocks')
    for (const block of data) {
      const problems = parseAllDocuments(block.code).flatMap(({ errors }) => errors.map(String))
      assert.deepEqual(problems, [], titleOf(block))
    }
  })

  test('every lastcall command in a shell block exists, with the flags that it is given', () => {
    const lines = blocks.filter(({ language }) => language === 'sh').flatMap(commandLines)
    assert.ok(lines.length > 5, 'found too few command lines')
    const problems = lines.flatMap(({ where, words }) =>
      problemsOf(words).map((problem) => `${where}: ${problem}`),
    )
    assert.deepEqual(problems, [], problems.join('\n'))
  })
})

function start(t: TestContext, block: CodeBlock, env: Record<string, string>): ChildProcess {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(LASTCALL_|KUBERNETES_|NODE_TEST)/.test(name),
  )
  const args = ['--import', './scripts/from-source.ts', fileOf(block)]
  const child = spawn(process.execPath, args, {
    cwd: top,
    env: { ...Object.fromEntries(clean), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

async function runProgram(t: TestContext, block: CodeBlock): Promise<void> {
  const [port, probePort] = [await takePort(), await takePort()]
  const log = join(folder, `${basename(fileOf(block))}.report`)
  writeFileSync(log, '')
  const child = start(t, block, {
    PORT: String(port),
    LASTCALL_PROBE_PORT: String(probePort),
    LASTCALL_TERMINATION_LOG: log,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const ended = once(child, 'close')
  await untilReady(
    probePort,
    () => child.exitCode === null,
    () => output,
  )
  assert.equal((await httpGet(port, '/')).status, 200, output)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null], output)
  const report = JSON.parse(readFileSync(log, 'utf8')) as Report
  assert.equal(report.reason, 'SIGTERM')
  assert.equal(report.clean, true)
}

const READY_WITHIN_MS = 20_000

/** Polls, because a program tells nobody else when it is ready. */
async function untilReady(port: number, isRunning: () => boolean, output: () => string): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS
  while (isRunning() && performance.now() < until) {
    const status = await httpGet(port, '/readyz').then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`it ended, or was not ready in time:\n${output()}`)
}
