import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { takePort } from '../helpers/ports.ts'
import { codeBlocksOf, top } from '../docs/pages.ts'
import { type Child, startChild } from '../helpers/child.ts'
import { httpGet } from '../helpers/http-get.ts'

const MAX_LINES = 20
const peers = ['close-with-grace', 'http-terminator', 'lightship', 'stoppable', 'terminus', 'under-pressure']
const programsOf = (peer: string): readonly string[] =>
  codeBlocksOf(`docs/guides/from-${peer}.md`)
    .filter(({ language, code }) => language === 'ts' && code.includes('process.env.PORT'))
    .map(({ code }) => code)

/**
 * Starts the recipe as it is written, with an event of the test's own on SIGUSR2, and resolves when it
 * listens.
 */
async function startRecipe(
  t: TestContext,
  peer: string,
  onSignal: string,
): Promise<{ child: Child; probePort: number }> {
  const folder = join(top, '.cache', 'recipes')
  mkdirSync(folder, { recursive: true })
  const [program, event] = [join(folder, `${peer}.ts`), join(folder, `${peer}-event.ts`)]
  writeFileSync(program, programsOf(peer)[0] ?? '')
  writeFileSync(event, `process.on('SIGUSR2', () => { ${onSignal} })\n`)
  const [port, probePort] = [await takePort(), await takePort()]
  const preloads = [join(top, 'scripts', 'from-source.ts'), event]
  const env = {
    PORT: String(port),
    LASTCALL_PROBE_PORT: String(probePort),
    LASTCALL_PROBE_HOST: '127.0.0.1',
    NODE_OPTIONS: preloads.map((path) => `--import=${pathToFileURL(path).href}`).join(' '),
  }
  const child = startChild(t, `../../.cache/recipes/${peer}.ts`, { env })
  await untilReady(child, probePort, 200)
  return { child, probePort }
}

const POLLS_MS = 20_000

/** Polls, as the kubelet does. */
async function untilReady(child: Child, port: number, wanted: number): Promise<void> {
  const deadline = performance.now() + POLLS_MS
  for (;;) {
    const status = await httpGet(port, '/readyz').then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === wanted) return
    assert.equal(child.process.exitCode, null, child.stderr)
    assert.ok(performance.now() < deadline, `readiness was not ${wanted} but ${status}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

suite('recipes for coming from another package', () => {
  for (const peer of peers) {
    test(`the programs of from-${peer} have at most ${MAX_LINES} lines`, () => {
      const lengths = programsOf(peer).map((code) => code.trimEnd().split('\n').length)
      assert.ok(lengths.length > 0)
      assert.deepEqual(
        lengths.filter((length) => length > MAX_LINES),
        [],
      )
    })
  }

  for (const [what, onSignal] of [
    ['an error that nobody catches', "setImmediate(() => { throw new Error('of the test') })"],
    ['a rejection that nobody handles', "void Promise.reject(new Error('of the test'))"],
  ] as const) {
    test(`from close-with-grace: ${what} is a shutdown with exit code 1`, async (t) => {
      const { child } = await startRecipe(t, 'close-with-grace', onSignal)
      child.kill('SIGUSR2')
      assert.deepEqual(await child.exit(), { code: 1, signal: null })
      assert.match(child.stdout, /closing the pool/)
      assert.match(child.stdout, /"reason":"of the test"/)
    })
  }

  test('from under-pressure: a blocked event loop is in the next readiness, and gone from the one after it', async (t) => {
    const block =
      "const end = performance.now() + 1_200; while (performance.now() < end); console.log('blocked')"
    // Later, because a histogram that was just reset by a probe begins to measure with its next tick, 10 ms
    // on.
    const event = `setTimeout(() => { ${block} }, 50)`
    const { child, probePort } = await startRecipe(t, 'under-pressure', event)
    child.kill('SIGUSR2')
    await child.line(/^blocked/)
    await untilReady(child, probePort, 503)
    await untilReady(child, probePort, 200)
    assert.match((await httpGet(probePort, '/readyz?verbose')).body, /event loop ok\n.*memory ok/)
  })

  test('from lightship: listening does not make it ready before it is warm, and its handlers run', async (t) => {
    const { child } = await startRecipe(t, 'lightship', '')
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(
      child.stderr,
      /"event":"startupCompleted","state":"starting".*\n.*"event":"becameReady","state":"ready"/,
    )
    assert.match(child.stdout, /closing the pool/)
  })
})
