import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { soleRun } from './sole-run.ts'

const require = createRequire(import.meta.url)
const top = fileURLToPath(new URL('../..', import.meta.url))
const terminus = dirname(require.resolve('@godaddy/terminus/package.json'))
const folder = join(top, '.cache', `terminus-suite-${process.pid}`)
const build = join(folder, 'build')

/** What 4.12.1 publishes: one test of its error class, 52 of itself. */
const PUBLISHED_TESTS = 53

/** It takes 12 s on an idle machine, nearly all of it in the programs' own timers. */
const SUITE_MS = 150_000

interface MochaReport {
  readonly stats: {
    readonly tests: number
    readonly passes: number
    readonly pending: number
    readonly failures: number
  }
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[]
}

/** An environment in which the package's modules are ours, in the process and in all that it starts. */
function aliased(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LASTCALL_|KUBERNETES_|NODE_OPTIONS$|NODE_TEST)/.test(name),
  )
  return {
    ...Object.fromEntries(inherited),
    // The suite starts `node`, which has to be this one.
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
    NODE_OPTIONS: `--import=${new URL('terminus-alias.mjs', import.meta.url).href}`,
    TERMINUS_PACKAGE: `${pathToFileURL(terminus).href}/`,
    TERMINUS_DROP_IN: pathToFileURL(join(build, 'integrations', 'terminus', 'index.js')).href,
    LASTCALL_TERMINATION_LOG: 'false',
  }
}

function runNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: SUITE_MS,
    killSignal: 'SIGKILL',
  })
}

// Its programs have 300 ms to start, in which the sources' types cannot be stripped as well; compiled anew,
// so that no old build is tested.
const transpileOnly = ['--noCheck', '--declaration', 'false', '--isolatedDeclarations', 'false']

function compile(): void {
  const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout } = runNode(
    [tsc, '-p', 'src', '--outDir', build, ...transpileOnly],
    top,
    process.env,
  )
  assert.equal(status, 0, stdout)
}

suite("terminus' own tests, as they are published, on the drop-in", () => {
  before(() => {
    mkdirSync(folder, { recursive: true })
    compile()
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('the package brings the tests that are counted here, and no others', () => {
    const files = readdirSync(join(terminus, 'lib')).filter((name) => name.endsWith('.spec.js'))
    assert.deepEqual(files, ['terminus-error.spec.js', 'terminus.spec.js'])
    const text = files.map((name) => readFileSync(join(terminus, 'lib', name), 'utf8')).join('')
    assert.equal(text.match(/^ *it\(/gm)?.length, PUBLISHED_TESTS)
  })

  test('in the environment of the suite the package is the drop-in, by each of its names', () => {
    const names = ['./index.js', './lib/terminus', './lib/terminus-error']
    const script = `
      const loaded = ${JSON.stringify(names)}.map((name) => require(name))
      import(process.env.TERMINUS_DROP_IN).then((ours) => {
        const same = loaded.map((module) => module.HealthCheckError === ours.HealthCheckError)
        const peers = Object.keys(require.cache).filter((path) => /terminus.lib|stoppable/.test(path))
        console.log(JSON.stringify({ same, peers }))
      })`
    const { stdout, stderr } = runNode(['-e', script], terminus, aliased())
    assert.deepEqual(JSON.parse(stdout || 'null'), { same: [true, true, true], peers: [] }, stderr)
  })

  test(`all ${PUBLISHED_TESTS} pass, and none is skipped`, { timeout: 2 * SUITE_MS }, async (t) => {
    const lock = await soleRun()
    t.after(() => lock[Symbol.asyncDispose]())
    const output = join(folder, 'report.json')
    const mocha = join(dirname(require.resolve('mocha/package.json')), 'bin', 'mocha.js')
    const patient = ['--import', new URL('patient-connections.mjs', import.meta.url).href]
    const flags = ['--no-config', '--no-package', '--forbid-only', '--forbid-pending', '--timeout', '10000']
    const reporter = ['--reporter', 'json', '--reporter-option', `output=${output}`]
    const run = runNode([...patient, mocha, ...flags, ...reporter, 'lib/*.spec.js'], terminus, aliased())
    assert.equal(run.signal, null, `the suite did not end\n${run.stdout}\n${run.stderr}`)
    const { stats, failures } = JSON.parse(readFileSync(output, 'utf8')) as MochaReport
    assert.deepEqual(
      failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`),
      [],
    )
    const { tests, passes, pending } = stats
    assert.deepEqual(
      { tests, passes, pending },
      { tests: PUBLISHED_TESTS, passes: PUBLISHED_TESTS, pending: 0 },
    )
    assert.equal(run.status, 0, run.stderr)
  })
})
