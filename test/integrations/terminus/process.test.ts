import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { type Child, startChild } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'

/** Starts the application and resolves to it and its ports. */
async function startApp(
  t: TestContext,
  options: object,
): Promise<{ child: Child; ports: readonly number[] }> {
  const child = startChild(t, 'terminus/app.ts', { args: [JSON.stringify(options)] })
  const ports = (await child.line(/^ready/)).split(' ').slice(1).map(Number)
  return { child, ports: ports.filter((port) => port > 0) }
}

const statusOf = (port: number, path: string): Promise<number | string | undefined> =>
  httpGet(port, path).then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code,
  )

/** What it said, without what says nothing of the shutdown. */
const steps = (child: Child): readonly string[] =>
  child.stdout.split('\n').filter((line) => /^(before|on|exit)/.test(line))

// Each loss is shown on the package itself as well: without it a test would only say that the drop-in does
// what it does.
suite('a process with createTerminus()', { concurrency: 4 }, () => {
  for (const [real, answer, ended] of [
    [false, 200, 'exit 0'],
    [true, 'ECONNRESET', undefined],
  ] as const) {
    const who = real ? 'terminus breaks it off' : 'the drop-in answers it'
    test(`a request that takes longer than a second: by default ${who}`, async (t) => {
      const { child, ports } = await startApp(t, { real })
      const slow = statusOf(ports[0]!, '/slow')
      await child.line(/^request \/slow/)
      child.kill('SIGTERM')
      assert.equal(await slow, answer)
      assert.deepEqual(await child.exit(), { code: null, signal: 'SIGTERM' })
      const expected = ['beforeShutdown 0', 'onSignal 0', 'onShutdown 0', ...(ended ? [ended] : [])]
      assert.deepEqual(steps(child), expected, "listeners of 'exit' run before the drop-in raises the signal")
    })

    const says = real ? 'terminus promises to keep them' : 'the drop-in tells them to go elsewhere'
    test(`keep-alive connections after the signal: ${says}`, async (t) => {
      const { child, ports } = await startApp(t, { real, beforeMs: 60_000 })
      const client = await RawClient.connect(ports[0]!)
      t.after(() => client.close())
      client.get('/')
      assert.equal((await client.response()).headers['connection'], 'keep-alive')
      child.kill('SIGTERM')
      await child.line(/^beforeShutdown/)
      client.get('/')
      assert.equal((await client.response(2)).headers['connection'], real ? 'keep-alive' : 'close')
    })

    const servers = real ? 'terminus exits when the first is through' : 'the drop-in waits for all of them'
    test(`two servers, one with a request in flight (trap 44): ${servers}`, async (t) => {
      const terminus = { timeout: 15_000, useExit0: true }
      const { child, ports } = await startApp(t, { real, servers: 2, terminus })
      const slow = statusOf(ports[1]!, '/slow')
      await child.line(/^request \/slow/)
      child.kill('SIGTERM')
      assert.equal(await slow, answer)
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
      const all = ['beforeShutdown', 'onSignal', 'onShutdown'].flatMap((name) => [`${name} 0`, `${name} 1`])
      const first = ['beforeShutdown 0', 'beforeShutdown 1', 'onSignal 0', 'onShutdown 0']
      assert.deepEqual(steps(child), [...(real ? first : all), 'exit 0'])
    })

    const before = real ? 'terminus exits with 1' : 'the drop-in runs onSignal and ends by the signal'
    test(`a signal before anything listens: ${before}`, async (t) => {
      const { child } = await startApp(t, { real, listens: false })
      child.kill('SIGTERM')
      assert.deepEqual(
        await child.exit(),
        real ? { code: 1, signal: null } : { code: null, signal: 'SIGTERM' },
      )
      assert.deepEqual(
        steps(child).filter((step) => step.startsWith('on')),
        real ? [] : ['onSignal 0', 'onShutdown 0'],
      )
    })

    const interrupted = real ? 'terminus dies of it' : 'the drop-in takes it for the same key press'
    test(`SIGINT right behind SIGTERM: ${interrupted}`, async (t) => {
      const { child, ports } = await startApp(t, { real, terminus: { timeout: 15_000 } })
      const slow = statusOf(ports[0]!, '/slow')
      await child.line(/^request \/slow/)
      child.kill('SIGTERM')
      await child.line(/^beforeShutdown/)
      child.kill('SIGINT')
      assert.equal(await slow, answer)
      assert.deepEqual(await child.exit(), { code: null, signal: real ? 'SIGINT' : 'SIGTERM' })
    })

    const alive = real ? 'terminus fails it' : 'the drop-in does not'
    test(`liveness during the shutdown: ${alive}`, async (t) => {
      const { child, ports } = await startApp(t, { real, beforeMs: 60_000 })
      assert.equal(await statusOf(ports[0]!, '/health/liveness'), 200)
      assert.equal(await statusOf(ports[0]!, '/health/readiness'), 200)
      child.kill('SIGTERM')
      await child.line(/^beforeShutdown/)
      assert.equal(await statusOf(ports[0]!, '/health/readiness'), 503)
      assert.equal(await statusOf(ports[0]!, '/health/liveness'), real ? 503 : 200)
    })
  }

  test('useExit0: it ends with 0', async (t) => {
    const { child } = await startApp(t, { terminus: { useExit0: true } })
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.equal(child.report().clean, true)
  })

  test('a timeout that is given is kept, and what it force-closes is in the exit code and the report', async (t) => {
    const { child, ports } = await startApp(t, { terminus: { timeout: 100, useExit0: true } })
    const slow = statusOf(ports[0]!, '/slow')
    await child.line(/^request \/slow/)
    child.kill('SIGTERM')
    assert.equal(await slow, 'ECONNRESET')
    assert.deepEqual(await child.exit(), { code: 1, signal: null })
    assert.deepEqual(child.report().forcedCloses.byKind, { request: 1 })
    assert.deepEqual(steps(child), ['beforeShutdown 0', 'onSignal 0', 'onShutdown 0', 'exit 1'])
  })

  for (const failing of ['beforeShutdown 0', 'onSignal 0', 'onShutdown 0']) {
    test(`${failing} that fails: what is in flight is answered, the others run, the exit code is 1`, async (t) => {
      const { child, ports } = await startApp(t, { failing })
      const slow = statusOf(ports[0]!, '/slow')
      await child.line(/^request \/slow/)
      child.kill('SIGTERM')
      assert.equal(await slow, 200)
      assert.deepEqual(await child.exit(), { code: 1, signal: null })
      assert.deepEqual(steps(child), ['beforeShutdown 0', 'onSignal 0', 'onShutdown 0', 'exit 1'])
      const failed = child.report().hooks.filter(({ outcome }) => outcome === 'failed')
      assert.deepEqual(
        failed.map(({ name, error }) => [name, error]),
        [[failing.split(' ')[0], `${failing} fails`]],
      )
    })
  }
})
