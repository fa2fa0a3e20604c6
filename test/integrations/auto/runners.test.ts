import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Child } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { testWith } from '../../helpers/needs.ts'
import { takePort } from '../../helpers/ports.ts'
import { auto, runCommand, untilServed } from './setup.ts'

const modules = fileURLToPath(new URL('../../contract/node_modules', import.meta.url))
const apps = fileURLToPath(new URL('apps', import.meta.url))
const run = join(apps, 'run.cjs')
const node = process.execPath

/** A runner, told to run `apps/run.cjs`, and what it ends with when its program ended with 0. */
interface Runner {
  readonly name: string
  readonly command: readonly string[]
  readonly signal?: NodeJS.Signals
  /** 0 */
  readonly code?: number
  readonly env?: Readonly<Record<string, string>>
}

const packages = {
  tsx: [node, `${modules}/tsx/dist/cli.mjs`],
  nodemon: [node, `${modules}/nodemon/bin/nodemon.js`, '--quiet'],
  concurrently: [node, `${modules}/concurrently/dist/bin/index.js`, '--raw'],
  pm2: [node, `${modules}/pm2/bin/pm2-runtime`, 'start', run],
  tsNode: [node, `${modules}/ts-node/dist/bin.js`, '--transpile-only', '--compiler', `${modules}/typescript`],
}

const runners: readonly Runner[] = [
  { name: 'tsx', command: [...packages.tsx, `${apps}/run.ts`] },
  { name: 'tsx, by Ctrl-C', command: [...packages.tsx, `${apps}/run.ts`], signal: 'SIGINT' },
  { name: 'tsx watch', command: [...packages.tsx, 'watch', `${apps}/run.ts`] },
  {
    name: 'node --import tsx',
    command: [node, '--import', `file://${modules}/tsx/dist/loader.mjs`, `${apps}/run.ts`],
  },
  {
    name: 'ts-node',
    command: [...packages.tsNode, `${apps}/ts-node/server.ts`],
    // With any `--import` Node 22 loads the program past ts-node.
    env: {
      NODE_OPTIONS: `--require ${fileURLToPath(auto)}`,
      TS_NODE_SKIP_PROJECT: 'true',
      TS_NODE_COMPILER_OPTIONS: '{"module":"commonjs","moduleResolution":"node10"}',
    },
  },
  // It says 128 + the signal, whatever its program ended with.
  { name: 'nodemon', command: [...packages.nodemon, run], code: 143 },
  { name: 'nodemon, by Ctrl-C', command: [...packages.nodemon, run], signal: 'SIGINT', code: 130 },
  { name: 'node --watch', command: [node, '--watch', run] },
  { name: 'npm start, with a script that execs', command: ['npm', 'run', 'execs'] },
  // It takes a signal for a failure of what it runs.
  { name: 'concurrently', command: [...packages.concurrently, `"${node}" "${run}"`], code: 1 },
  { name: 'pm2-runtime, fork mode', command: packages.pm2 },
  { name: 'pm2-runtime, cluster mode', command: [...packages.pm2, '-i', '2'] },
]

// Each passes the signal on and waits for its child, as process 1 of a container should.
for (const init of ['dumb-init', 'tini'] as const) {
  testWith(init)(`${init}: what is in flight is answered`, async (t) => {
    await answersInFlight(t, { name: init, command: [init, '--', node, run] }, {})
  })
}

// tsx kills its program unless that acknowledges the signal within 60 ms: nothing may run beside these.
const hurried = runners.filter(({ name }) => name.startsWith('tsx'))
for (const runner of hurried) {
  test(`${runner.name}: what is in flight is answered, for an application that would only have died`, async (t) => {
    await answersInFlight(t, runner, {})
  })
}

for (const { name, code } of [
  { name: 'tsx', code: 0 },
  { name: 'pm2-runtime, cluster mode', code: 0 },
]) {
  test(`${name}: with handlers of its own it ends as it does without lastcall`, async (t) => {
    const runner = runners.find((one) => one.name === name)!
    await answersInFlight(t, { ...runner, code }, { CLOSE: '1' })
  })
}

suite('lastcall/auto below a runner', { concurrency: 3 }, () => {
  for (const runner of runners.filter((one) => !hurried.includes(one))) {
    test(`${runner.name}: what is in flight is answered, for an application that would only have died`, async (t) => {
      await answersInFlight(t, runner, {})
    })
  }

  for (const [name, command] of [
    ['npm start', ['npm', 'start']],
    ['node --run start', [node, '--run', 'start']],
  ] as const) {
    test(`${name}, whose shell keeps the signal to itself: the server serves on, as it does without lastcall`, async (t) => {
      const { child, port } = await startBelow(t, { name, command }, {})
      const slow = httpGet(port, '/slow')
      await child.line(/slow$/)
      child.kill('SIGTERM')
      assert.equal((await slow).body, '/slow\n')
      assert.equal((await httpGet(port, '/')).status, 200)
      assert.doesNotMatch(child.stderr, /shutdownInitiated/)
    })
  }
})

async function startBelow(
  t: TestContext,
  runner: Runner,
  more: Readonly<Record<string, string>>,
): Promise<{ readonly child: Child; readonly port: number }> {
  const home = mkdtempSync(join(tmpdir(), 'lastcall-runner-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const start = `"${node}" "${run}"`
  writeFileSync(join(home, 'package.json'), JSON.stringify({ scripts: { start, execs: `exec ${start}` } }))
  const port = await takePort()
  // npm is run by the first Node in the path.
  const path = `${dirname(node)}${delimiter}${process.env['PATH']}`
  const env = { PORT: String(port), PM2_HOME: home, PATH: path, ...runner.env, ...more }
  const child = runCommand(t, runner.command, { env, cwd: home })
  await untilServed(child, port)
  return { child, port }
}

async function answersInFlight(
  t: TestContext,
  runner: Runner,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const { child, port } = await startBelow(t, runner, more)
  const slow = httpGet(port, '/slow')
  await child.line(/slow$/)
  child.kill(runner.signal ?? 'SIGTERM')
  assert.equal((await slow).body, '/slow\n')
  assert.deepEqual(await child.exit(), { code: runner.code ?? 0, signal: null })
}
