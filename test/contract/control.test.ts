import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'

/**
 * What Node's `server.close()` does as well as lastcall, on some version at least. Everything else has to
 * fail without lastcall.
 */
const core: Readonly<Record<string, readonly string[]>> = {
  http: [
    'trap 37, 38, 41: liveness is green',
    // Node 26 (nodejs/node#63470).
    'trap 3, 13: a connection that never sends',
    'trap 5, 39: a new connection in the drain',
    'trap 6: an idle connection that has nothing more to ask',
    'trap 12: a request whose body is half sent',
    'trap 14: three pipelined requests in flight',
  ],
  h2c: [
    'trap 37, 38, 41: liveness is green',
    // Node 22, whose close tells the clients of a session nothing.
    'trap 19: streams of 5 sessions',
    'trap 12: a stream whose body is half sent',
    'trap 17: a stream whose response was begun',
    'trap 17: streams in flight are finished',
    'trap 18: an idle session',
    'trap 4, 21, 42: a new session in the delay',
  ],
}

/** The suite's results for a server, with what is in `control` in the place of lastcall. */
async function runControl(name: string, file: string): Promise<{ passed: string[]; failed: string[] }> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-reporter=tap', '--test-timeout=30000', `--test-name-pattern=^${name}`, path]
  const child = spawn(process.execPath, args, {
    env: { ...env, CONTRACT_CONTROL: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = await text(child.stdout)
  const titles = (mark: string): string[] =>
    [...output.matchAll(new RegExp(`^ *${mark} \\d+ - (trap .*)$`, 'gm'))].map(([, title = '']) => title)
  return { passed: titles('ok'), failed: titles('not ok') }
}

suite('without lastcall', { concurrency: true }, () => {
  for (const [name, file] of [
    ['http', 'http.test.ts'],
    ['h2c', 'http2.test.ts'],
  ] as const) {
    test(`${name}: every behaviour fails that is not Node's own`, async () => {
      const { passed, failed } = await runControl(name, file)
      assert.ok(passed.length > 0 && failed.length > 9, `${passed.length} passed, ${failed.length} failed`)
      assert.deepEqual(
        passed.filter((title) => !core[name]?.some((known) => title.startsWith(known))),
        [],
      )
    })
  }
})
