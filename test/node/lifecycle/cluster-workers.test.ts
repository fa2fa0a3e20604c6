import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { drainWorkers } from '../../../src/node/lifecycle/cluster-workers.ts'
import { Child, startChild } from '../../helpers/child.ts'
import { within } from '../../helpers/eventually.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

const env = { LASTCALL_SHUTDOWN_DELAY: '3s', LASTCALL_PROBE_PORT: '0', LASTCALL_PROBE_HOST: '127.0.0.1' }
const numberOf = (line: string): number => Number(line.split(' ')[1])

interface Rolling {
  /** Resolves with the next answer. */
  answered(): Promise<void>
  stop(): Promise<readonly string[]>
}

/**
 * Sends requests one after the other on connections of their own until it is stopped; an answer that is none
 * is an error.
 */
function roll(port: number, path: string): Rolling {
  const answers: string[] = []
  let going = true
  let current: Promise<void>
  const ask = async (): Promise<void> => {
    answers.push((await httpGet(port, path)).body)
  }
  const rolling = (async () => {
    while (going) await (current = ask())
  })()
  return {
    answered: () => current,
    stop: async () => {
      going = false
      await rolling
      return answers
    },
  }
}

const hooks = (child: Child): readonly (string | undefined)[] => child.stdout.match(/^\w+ hook ran/gm) ?? []

/** Like startChild(), as the leader of a process group, as a shell starts a program. */
function startGroup(t: TestContext): Child {
  const program = fileURLToPath(new URL('../../fixtures/lifecycle/clustered.ts', import.meta.url))
  const child = spawn(process.execPath, [program], {
    detached: true,
    env: { ...env, PATH: process.env['PATH'] },
  })
  t.after(() => child.kill('SIGKILL'))
  return new Child(child)
}

for (const group of [false, true]) {
  const how = group ? 'Ctrl-C to the whole group' : 'SIGTERM to the primary'
  test(`${how} loses no request of the workers, and all end with 0 (trap 49, 50, 51)`, async (t) => {
    const child = group ? startGroup(t) : startChild(t, 'lifecycle/clustered.ts', { env })
    const port = numberOf(await child.line(/^ready/))
    const rolling = ['/', '/slow', '/slow'].map((path) => roll(port, path))
    await httpGet(port, '/')
    if (group) process.kill(-child.process.pid!, 'SIGINT')
    else child.kill('SIGTERM')
    // Clients learn of the shutdown in the delay; what they have begun by then is still answered.
    await child.line(/shutdownInitiated/, 'stderr')
    await Promise.all(rolling.map((one) => one.answered()))
    const answers = (await Promise.all(rolling.map((one) => one.stop()))).flat()
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.ok(answers.length > 4 && answers.every((body) => /^from \d+$/.test(body)))
    assert.deepEqual(hooks(child), ['worker hook ran', 'worker hook ran', 'primary hook ran'])
    assert.match(child.stdout, /worker hook ran false/, 'only the primary answers probes')
    const report = child.report()
    assert.deepEqual([report.clean, report.hooks.map(({ name }) => name)], [true, ['primary', 'workers']])
    assert.equal(child.stderr.match(/"exitForced"/), null)
  })
}

test('the primary waits in its own stop hook for workers whose hooks last longer than the drain', async (t) => {
  const times = {
    LASTCALL_SHUTDOWN_DELAY: '0',
    LASTCALL_DRAIN_TIMEOUT: '200ms',
    LASTCALL_HOOKS_TIMEOUT: '15s',
  }
  const child = startChild(t, 'lifecycle/clustered.ts', { env: { ...env, ...times }, args: ['lasts'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.deepEqual(hooks(child), ['primary hook ran', 'worker hook ran', 'worker hook ran'])
  assert.deepEqual(
    child.report().hooks.map(({ name, outcome }) => [name, outcome]),
    [
      ['primary', 'finished'],
      ['workers', 'finished'],
    ],
  )
})

test('a worker that gets the signal alone drains, and loses nothing to the others', async (t) => {
  const child = startChild(t, 'lifecycle/clustered.ts', { env: { ...env, LASTCALL_SHUTDOWN_DELAY: '0' } })
  const port = numberOf(await child.line(/^ready/))
  const rolling = ['/', '/', '/slow'].map((path) => roll(port, path))
  await httpGet(port, '/')
  process.kill(numberOf(await child.line(/^worker \d/)), 'SIGTERM')
  await child.line(/worker hook ran/)
  await httpGet(port, '/slow')
  const answers = (await Promise.all(rolling.map((one) => one.stop()))).flat()
  assert.ok(answers.length > 4 && answers.every((body) => /^from \d+$/.test(body)))
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

test("a worker's exit code is the primary's, which says whose it was", async (t) => {
  const child = startChild(t, 'lifecycle/clustered.ts', { env, args: ['fails'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.report().hooks.find(({ name }) => name === 'workers')?.error, 'worker 2 ended with 1')
})

test('readiness of the primary is red until a worker listens', async (t) => {
  const child = startChild(t, 'lifecycle/clustered.ts', { env })
  const probes = numberOf(await child.line(/^probes/))
  assert.equal((await httpGet(probes, '/readyz')).status, 503)
  await child.line(/^ready/)
  assert.equal((await httpGet(probes, '/readyz')).status, 200)
})

test("the primary's drain ends with its last worker, however long it may take", async (t) => {
  const times = { LASTCALL_SHUTDOWN_DELAY: '0', LASTCALL_DRAIN_TIMEOUT: '10m' }
  const child = startChild(t, 'lifecycle/clustered.ts', { env: { ...env, ...times } })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().clean, true)
})

test('a worker that is forked in the middle of the shutdown is told at once, and its end is no failure', async (t) => {
  const times = { LASTCALL_SHUTDOWN_DELAY: '0', LASTCALL_DRAIN_TIMEOUT: '10m' }
  const child = startChild(t, 'lifecycle/clustered.ts', { env: { ...env, ...times }, args: ['forks'] })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().clean, true)
})

test('a primary without workers has nothing to wait for', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, drainTimeoutMs: 600_000 })
  drainWorkers(lifecycle)
  await lifecycle.start()
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.equal((await within(10_000, 'the shutdown', report)).clean, true)
})
