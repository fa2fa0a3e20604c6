import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { type AddressInfo, createServer } from 'node:net'
import { eventually } from '../helpers/eventually.ts'
import { processesOf } from '../helpers/left-behind.ts'
import { testWith } from '../helpers/needs.ts'
import { inOwnNetwork, startClients } from '../helpers/own-network.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'

const linux = { skip: process.platform !== 'linux' && 'only Linux has --reuse-port' }
const lossy = ['--reuse-port', '--lossy'] as const

async function serving(
  t: TestContext,
  options: Parameters<typeof startSupervised>[1] = {},
): Promise<Supervised> {
  const supervised = await startSupervised(t, { args: lossy, ...options })
  await supervised.serves(1)
  return supervised
}

/** The version that answers, or the code of a failed connection. */
async function ask(supervised: Supervised, path = '/'): Promise<string> {
  try {
    return (await supervised.get(path)).version
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

test(
  'SIGHUP under requests: what was accepted is answered, and the next generation answers',
  linux,
  async (t) => {
    const supervised = await serving(t)
    assert.deepEqual((await supervised.status()).listen, [
      { name: 'http', address: `127.0.0.1:${supervised.port}`, reusePort: true },
    ])
    const accepted = Promise.all(Array.from({ length: 20 }, () => supervised.get('/slow?ms=1000')))
    await eventually('all are in flight', async () => {
      return (await supervised.status()).generations[0]?.inFlight?.request === 20
    })
    supervised.release({ version: '2' })
    supervised.child.kill('SIGHUP')
    const seen = new Set<string>()
    await eventually('only the next generation answers', async () => {
      const round = await Promise.all(Array.from({ length: 10 }, () => ask(supervised)))
      for (const answer of round) seen.add(answer)
      return round.every((answer) => answer === '2')
    })
    // At no moment nobody listens.
    assert.deepEqual(
      [...seen].filter((answer) => !['1', '2', 'ECONNRESET'].includes(answer)),
      [],
    )
    assert.ok((await accepted).every(({ generation }) => generation === '1'))
  },
)

for (const [path, how] of [
  ['/end', 'dies'],
  ['/unready', 'turns unready'],
] as const) {
  test(`the new generation ${how} in the soak: the old one binds again`, linux, async (t) => {
    const supervised = await serving(t, { args: [...lossy, '--soak', '20s'] })
    supervised.release({ version: '2' })
    const restart = supervised.restart()
    await supervised.soaks(2)
    assert.equal(await ask(supervised, path), path === '/end' ? 'ECONNRESET' : '2')
    assert.equal(await restart, 'rolled-back')
    await eventually('the old generation answers', async () => (await ask(supervised)) === '1')
    supervised.release({ version: '3' })
    supervised.child.kill('SIGHUP')
    await eventually('the next restart works', async () => (await ask(supervised)) === '3')
  })
}

test('after a crash clients are refused, and the supervisor is not ready', linux, async (t) => {
  const supervised = await serving(t)
  assert.equal((await supervised.status()).ready, true)
  supervised.release({ version: '2', behaviour: 'never ready' })
  await ask(supervised, '/end')
  await eventually('the next generation runs, and is not ready', async () => {
    const [generation] = (await supervised.status()).generations
    return generation?.generation === 2 && generation.state !== null
  })
  assert.equal((await supervised.status()).ready, false)
  assert.equal(await ask(supervised), 'ECONNREFUSED')
})

test('a foreign process with SO_REUSEPORT shares the port, also through a restart', linux, async (t) => {
  const supervised = await serving(t)
  const foreign = createServer((socket) => {
    socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"version":"foreign"}')
  })
  t.after(() => foreign.close())
  foreign.listen({ port: supervised.port, host: '127.0.0.1', reusePort: true, exclusive: true })
  await once(foreign, 'listening')
  const seen = new Set<string>()
  const bothAnswer = (version: string) => async (): Promise<boolean> => {
    seen.add(await ask(supervised))
    return seen.has(version) && seen.has('foreign')
  }
  await eventually('both answer', bothAnswer('1'))
  supervised.release({ version: '2' })
  assert.equal(await supervised.restart(), 'completed')
  seen.clear()
  await eventually('both answer', bothAnswer('2'))
})

test(
  'a port in use by a stranger: the same sentence as without --reuse-port, and nothing has been started',
  linux,
  async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    t.after(() => taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const supervised = await startSupervised(t, { args: [...lossy, `--listen=more=127.0.0.1:${port}`] })
    assert.equal((await supervised.child.exit()).code, 2)
    assert.match(supervised.child.stderr, /EADDRINUSE\): another process has the port/)
    assert.deepEqual(processesOf(supervised), [])
  },
)

/**
 * What clients get whose connections the old generation has not accepted: it is stopped when they come, and
 * goes on when the next generation serves.
 */
async function waitThroughRestart(
  t: TestContext,
  migrateReq: 0 | 1,
  args: readonly string[],
): Promise<{ readonly answers: readonly string[]; readonly log: string }> {
  const before = inOwnNetwork(migrateReq)
  const supervised = await serving(t, { before, args: [...args, '--soak', '20s'] })
  const pid = (await supervised.status()).generations[0]?.pid
  assert.ok(pid)
  process.kill(pid, 'SIGSTOP')
  supervised.release({ version: '2' })
  supervised.child.kill('SIGHUP')
  await eventually('the old generation is told to pause', async () => {
    return (await supervised.status()).generations[0]?.phase === 'paused'
  })
  // The kernel gives each generation a half of them.
  const clients = startClients(supervised.child.process.pid ?? 0, supervised.port, 40)
  await clients.line(/^connected$/)
  process.kill(pid, 'SIGCONT')
  await clients.exit()
  const answers = JSON.parse(/^answers (.*)$/m.exec(clients.stdout)?.[1] ?? '[]') as string[]
  return { answers, log: supervised.child.stderr }
}

const testInOwnNetwork = testWith('a network namespace')
const loss = /each restart resets the connections/g

testInOwnNetwork(
  'with tcp_migrate_req=1 connections in the old accept queue are answered by the next generation',
  async (t) => {
    const { answers, log } = await waitThroughRestart(t, 1, ['--reuse-port'])
    assert.deepEqual(new Set(answers), new Set(['2']))
    assert.doesNotMatch(log, loss)
  },
)

testInOwnNetwork('without it they are reset, and --lossy says so once', async (t) => {
  const { answers, log } = await waitThroughRestart(t, 0, lossy)
  assert.deepEqual(new Set(answers), new Set(['2', 'ECONNRESET']))
  assert.equal(log.match(loss)?.length, 1)
})

testInOwnNetwork('--reuse-port without the setting is refused, and nothing has been started', async (t) => {
  const supervised = await startSupervised(t, { before: inOwnNetwork(0), args: ['--reuse-port'] })
  assert.equal((await supervised.child.exit()).code, 2)
  assert.match(supervised.child.stderr, /tcp_migrate_req is 0, .*sysctl -w net\.ipv4\.tcp_migrate_req=1/)
  assert.deepEqual(processesOf(supervised), [])
})
