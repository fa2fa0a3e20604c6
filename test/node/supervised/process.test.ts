import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FakeSupervisor } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'

test('a grandchild with the environment and a channel is no generation, and finds no sockets in it', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('parent.ts', { env: { LASTCALL_GENERATION_MARK: 'x' } })
  const left =
    'LASTCALL_GENERATION,LASTCALL_GENERATION_MARK,LASTCALL_PROBE_PORT,LASTCALL_SUPERVISOR,LASTCALL_TERMINATION_LOG'
  assert.equal(await generation.line(/^parent/), `parent ${left}`)
  assert.equal(await generation.line(/^child/), `child true ${left}`)
  assert.doesNotMatch(generation.stderr, /no option has this name/)
})

test('the channel alone does not keep a process alive', async (t) => {
  const generation = new FakeSupervisor(t).start('ending.ts')
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
})

test('a process whose only server has been closed ends, as without a supervisor', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('ending.ts', { args: ['server'] })
  await generation.accepts()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
})

test('two copies of the package in one process are one generation', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-copy-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(fileURLToPath(new URL('../../../src', import.meta.url)), folder, { recursive: true })
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('two-copies.ts', {
    args: [pathToFileURL(join(folder, 'index.ts')).href],
  })
  await generation.accepts()
  assert.equal((await httpGet(port, '/')).body, 'ok')
  generation.drain()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.equal(generation.news.filter(({ lastcall }) => lastcall === 'hello').length, 1)
})

test('a socket that cannot be taken is refused with what there is and what to do', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const [port, path] = [supervisor.bind('http'), supervisor.bindPath('admin')]
  const generation = supervisor.start('refused.ts', { args: ['api', 'http', 'http'] })
  await generation.exit()
  assert.deepEqual(generation.stdout.trimEnd().split('\n'), [
    `api: LASTCALL_LISTEN lastcall run holds no socket 'api', only: http=127.0.0.1:${port}, admin=unix:${path}; ` +
      'add --listen api=0.0.0.0:8080, with its address',
    'http: listens',
    "http: LASTCALL_LISTEN another server of this process has the socket 'http'; " +
      'add a --listen with another name for this one',
  ])
})

test('a descriptor that is closed is refused', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('refused.ts', { args: ['http:closed'] })
  await generation.exit()
  assert.match(generation.stdout, /^http: LASTCALL_LISTEN descriptor 3 of the socket 'http' is closed/)
})

test('a program that listens and never starts a lifecycle is told what it lacks', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('no-lifecycle.ts')
  const warning = await generation.line(/LastcallWarning/, 'stderr')
  assert.match(warning, /socket 'http'.*no lifecycle has started.*call createLifecycle\(\) and start\(\)/)
})
