import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { processesOf } from '../helpers/left-behind.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const shell = (script: string): readonly string[] => ['/bin/sh', '-c', `${script}; exec "$0" "$@"`]

async function ends(supervised: Supervised): Promise<number | null> {
  supervised.child.kill('SIGTERM')
  const { code } = await supervised.child.exit()
  assert.deepEqual(processesOf(supervised), [])
  return code
}

async function serving(
  t: TestContext,
  options: Parameters<typeof startSupervised>[1] = {},
): Promise<Supervised> {
  const supervised = await startSupervised(t, options)
  await supervised.serves(1)
  return supervised
}

test('a second supervisor on the control socket of another one ends; the first one keeps it', async (t) => {
  const first = await serving(t)
  const second = await startSupervised(t, { args: [`--control=${first.control}`] })
  assert.equal((await second.child.exit()).code, 2)
  assert.match(second.child.stderr, /another supervisor listens there; choose another with --control/)
  assert.equal(await first.restart(), 'completed')
  assert.equal(await ends(first), 0)
})

test('the control socket of a supervisor that was killed is taken over', async (t) => {
  const first = await serving(t)
  first.child.kill('SIGKILL')
  await first.child.exited
  assert.ok(existsSync(first.control))
  const second = await serving(t, { args: [`--control=${first.control}`] })
  assert.equal((await first.status()).pid, second.child.process.pid)
  assert.equal(await ends(second), 0)
  assert.ok(!existsSync(first.control))
})

test('variables of a stranger reach neither the supervisor nor a generation', async (t) => {
  const supervised = await serving(t, {
    env: {
      LISTEN_FDS: '3',
      LISTEN_PID: '1',
      LISTEN_FDNAMES: 'a:b:c',
      LASTCALL_SOCKETS: '[{"name":"http","fd":0}]',
      LASTCALL_SUPERVISOR: String(process.pid),
      LASTCALL_GENERATION: '42',
      LASTCALL_GENERATION_MARK: 'of a stranger',
    },
  })
  assert.equal((await supervised.get()).generation, '1')
  assert.equal(await supervised.restart(), 'completed')
  assert.equal(await ends(supervised), 0)
})

test('LISTEN_PID of the supervisor, without such sockets, ends it with one sentence', async (t) => {
  const supervised = await startSupervised(t, {
    before: shell('export LISTEN_FDS=1000000 LISTEN_PID=$$'),
  })
  assert.equal((await supervised.child.exit()).code, 2)
  assert.match(supervised.child.stderr, /descriptor \d+ cannot be used .*ListenStream=/)
})

test('a port in use: one sentence, exit code 2, and nothing has been started', async (t) => {
  const taken = createServer()
  t.after(() => taken.close())
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const supervised = await startSupervised(t, { args: ['--listen', `more=127.0.0.1:${port}`] })
  assert.equal((await supervised.child.exit()).code, 2)
  assert.match(supervised.child.stderr, /another process has the port .*or choose another port/)
  assert.doesNotMatch(supervised.child.stderr, /generation|^ {4}at /m)
  assert.deepEqual(processesOf(supervised), [])
  assert.ok(!existsSync(supervised.control))
})

test('no descriptor left at a restart: one sentence, the old generation serves on, the next restart works', async (t) => {
  const supervised = await serving(t, { before: shell('ulimit -n 48') })
  const { pid = 0 } = supervised.child.process
  const left = (): number => 48 - readdirSync(`/proc/${pid}/fd`).length
  const sockets: Socket[] = []
  // A client of the control socket is a descriptor of the supervisor. The last ones are its own in between.
  for (let missing = left(); missing > 0; missing = left()) {
    sockets.push(connect(supervised.control).on('error', () => undefined))
    await eventually('it is accepted, or there is no room', () => left() < missing || sockets.length > 48)
  }
  supervised.release({ version: '2' })
  supervised.child.kill('SIGHUP')
  await supervised.child.line(/could not be started: .*EMFILE.*ulimit -n/, 'stderr')
  assert.equal((await supervised.get()).version, '1')
  for (const socket of sockets) socket.destroy()
  await eventually('there is room', () => left() > 20)
  assert.equal(await supervised.restart(), 'completed')
  await supervised.settles()
  assert.equal((await supervised.get()).version, '2')
  assert.equal(await ends(supervised), 0)
})

test('a full disk under stderr costs lines of the log, and nothing else', async (t) => {
  const supervised = await startSupervised(t, { before: ['/bin/sh', '-c', 'exec "$0" "$@" 2>/dev/full'] })
  for (let generation = 2; generation < 6; generation++) {
    supervised.release({ version: String(generation) })
    await eventually('it can be asked', async () => {
      const status = await supervised.status().catch(() => null)
      return status?.state === 'serving'
    })
    assert.equal(await supervised.restart(), 'completed')
    await supervised.settles()
    assert.equal((await supervised.get()).version, String(generation))
  }
  assert.equal(await ends(supervised), 0)
})

test('a reader of stdout and stderr that goes away costs lines of the log, and nothing else', async (t) => {
  const supervised = await serving(t)
  supervised.child.process.stdout?.destroy()
  supervised.child.process.stderr?.destroy()
  supervised.release({ version: '2' })
  assert.equal(await supervised.restart(), 'completed')
  assert.equal(await supervised.restart(), 'completed')
  await supervised.settles()
  assert.equal((await supervised.get()).generation, '3')
  assert.equal(await ends(supervised), 0)
})

test('a `current` link that is switched deploys, twice; a release that disappears is named', async (t) => {
  const folder = realpathSync(temporaryFolder(t))
  const current = join(folder, 'current')
  const deploy = (release: string): void => {
    mkdirSync(join(folder, release))
    symlinkSync(release, `${current}.new`)
    renameSync(`${current}.new`, current)
  }
  deploy('one')
  const program = join(import.meta.dirname, '../fixtures/supervisor/app.ts')
  const supervised = await serving(t, {
    cwd: current,
    env: { PWD: current },
    command: ['/bin/sh', '-c', `pwd -P >&2; exec "${process.execPath}" "${program}"`],
  })
  await supervised.child.line(new RegExp(`^${folder}/one$`), 'stderr')
  for (const release of ['two', 'three']) {
    deploy(release)
    rmSync(join(folder, release === 'two' ? 'one' : 'two'), { recursive: true })
    assert.equal(await supervised.restart(), 'completed')
    await supervised.child.line(new RegExp(`^${folder}/${release}$`), 'stderr')
  }
  rmSync(join(folder, 'three'), { recursive: true })
  assert.equal(await supervised.restart(), 'failed')
  const { lastFailure } = await supervised.status()
  assert.match(
    lastFailure?.detail ?? '',
    /the working folder .*current does not exist: was the release removed/,
  )
  assert.equal((await supervised.get()).generation, '3')
  deploy('four')
  assert.equal(await supervised.restart(), 'completed')
  assert.equal(await ends(supervised), 0)
})

test('the end leaves no process, no socket file and no control file', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'admin.sock')
  const supervised = await serving(t, { args: ['--listen', `admin=unix:${path}`, '--standby'] })
  assert.ok(existsSync(path))
  assert.equal(await supervised.restart(), 'completed')
  assert.equal(await ends(supervised), 0)
  assert.deepEqual([existsSync(path), existsSync(supervised.control)], [false, false])
  assert.equal(execFileSync('ss', ['-Hltn', `sport = :${supervised.port}`]).toString(), '')
})
