import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { app, startSupervised } from '../helpers/supervised.ts'

test('SIGKILL of the serving child: connections wait in the queue, and nobody is refused', async (t) => {
  const supervised = await startSupervised(t)
  await supervised.serves(1)
  const { pid } = await supervised.get()
  process.kill(pid, 'SIGKILL')
  await supervised.child.line(/nobody serves/, 'stderr')
  const answer = await supervised.get()
  assert.equal(answer.generation, '2')
  assert.equal((await supervised.status()).crashes <= 1, true)
})

test('a child that shuts itself down: the next one serves while it finishes its requests', async (t) => {
  const supervised = await startSupervised(t)
  await supervised.serves(1)
  const slow = supervised.get('/slow?ms=4000')
  await eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
  await supervised.get('/leave')
  await supervised.serves(2)
  const { generations, lastFailure } = await supervised.status()
  assert.deepEqual(
    generations.map(({ generation, phase }) => [generation, phase]),
    [
      [1, 'ending'],
      [2, 'serving'],
    ],
  )
  assert.equal(lastFailure?.detail, 'generation 1 shuts down, and lastcall has not told it to: too old')
  assert.equal((await supervised.get()).generation, '2')
  assert.equal((await slow).generation, '1')
  // Its own shutdown() would not have ended the process.
  await supervised.child.line(/generation 1 has ended/, 'stderr')
})

const slowly = 'echo starting $$; until [ -e go ]; do sleep 0.05; done; exec "$0" "$@"'
for (const args of [[], ['--reuse-port', '--lossy']]) {
  const how = ['lastcall run', ...args].join(' ')
  test(`${how} is SIGKILLed while a child starts: the child ends, and does not bind the port itself`, async (t) => {
    const command = ['sh', '-c', slowly, process.execPath, app]
    const supervised = await startSupervised(t, { args, command })
    const pid = Number((await supervised.child.line(/^starting/)).split(' ')[1])
    supervised.child.kill('SIGKILL')
    await eventually('the supervisor is gone', () => supervised.child.process.signalCode !== null)
    writeFileSync(join(supervised.folder, 'go'), '')
    await eventually('the child is gone', () => !runs(pid))
  })
}

test('with --standby a warm generation takes over, and a new one is warmed', async (t) => {
  const supervised = await startSupervised(t, { args: ['--standby'] })
  await supervised.serves(1)
  const standby = async (): Promise<number | undefined> =>
    (await supervised.status()).generations.find(({ phase }) => phase === 'standby')?.generation
  await eventually('there is a standby', async () => (await standby()) === 2)
  const { pid } = await supervised.get()
  process.kill(pid, 'SIGKILL')
  assert.equal((await supervised.get()).generation, '2')
  await eventually('there is a new standby', async () => (await standby()) === 3)
})

test('a child that crashes again and again: back-off, then the supervisor ends with its code', async (t) => {
  const supervised = await startSupervised(t, {
    release: { version: '1', behaviour: 'ends at once' },
    args: ['--crash-limit', '3'],
  })
  assert.deepEqual(await supervised.child.exit(), { code: 7, signal: null })
  assert.match(supervised.child.stderr, /generation 4 exited with code 7/)
  assert.doesNotMatch(supervised.child.stderr, /generation 5/)
})

test('a first start that fails: not ready before anything has served, and nobody is told to wait', async (t) => {
  const supervised = await startSupervised(t, {
    release: { version: '1', behaviour: 'never ready' },
    args: ['--ready-timeout', '3s'],
  })
  await supervised.child.line(/generation 2 is starting/, 'stderr')
  const { crashes, ready } = await supervised.status()
  assert.deepEqual([crashes, ready], [1, false])
  assert.match(supervised.child.stderr, /no generation has served yet/)
  assert.doesNotMatch(supervised.child.stderr, /connections wait/)
})

test('a command that does not exist ends with one sentence', async (t) => {
  const supervised = await startSupervised(t, { command: ['/no/such/program'], args: ['--crash-limit', '1'] })
  const { code } = await supervised.child.exit()
  assert.notEqual(code, 0)
  assert.match(supervised.child.stderr, /\/no\/such\/program/)
  assert.doesNotMatch(supervised.child.stderr, /has ended/)
})

test('the supervisor is SIGKILLed: the child finishes its request, and exits', async (t) => {
  const supervised = await startSupervised(t)
  await supervised.serves(1)
  const { pid } = await supervised.get()
  const slow = supervised.get('/slow?ms=1000')
  await eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
  supervised.child.kill('SIGKILL')
  assert.equal((await slow).generation, '1')
  await eventually('the child has ended', () => !runs(pid))
})

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
