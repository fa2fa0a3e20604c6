import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { realProcess } from '../../../src/node/host/process.ts'
import type { Report } from '../../../src/core/report.ts'
import { FakeHost } from '../../helpers/fake-host.ts'

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('overwrite() replaces the whole content of a file that exists', (t) => {
  const path = join(makeFolder(t), 'log')
  writeFileSync(path, 'something longer than what follows')
  assert.equal(realProcess().overwrite(path, '{"é":1}'), true)
  assert.equal(readFileSync(path, 'utf8'), '{"é":1}')
})

test('overwrite() makes no file and no folder, and does not throw', (t) => {
  const folder = makeFolder(t)
  for (const path of [join(folder, 'missing'), join(folder, 'no', 'folder'), folder, '', 'a\0b']) {
    assert.equal(realProcess().overwrite(path, 'x'), false)
  }
  assert.equal(existsSync(join(folder, 'missing')), false)
})

test('overwrite() does not wait for somebody to read a pipe', (t) => {
  const path = join(makeFolder(t), 'pipe')
  execFileSync('mkfifo', [path])
  assert.equal(realProcess().overwrite(path, 'x'), false)
})

test('the report is the termination message: valid JSON of at most 4096 bytes, only where the file exists', async () => {
  for (const exists of [true, false]) {
    const host = new FakeHost()
    if (exists) host.process.files.set('/dev/termination-log', '')
    const lifecycle = createLifecycle({ probePort: false, logger: false }, host)
    for (let index = 0; index < 500; index++)
      lifecycle.onStop(`hook ${index}`, () => Promise.reject(new Error('é'.repeat(99))))
    const report = await lifecycle.shutdown('deploy')
    assert.equal(report.hooks.length, 500)
    const text = host.process.files.get('/dev/termination-log')
    assert.equal(text !== undefined, exists)
    if (text === undefined) continue
    assert.ok(Buffer.byteLength(text) <= 4_096)
    const written = JSON.parse(text) as Report
    assert.equal(written.reason, 'deploy')
    assert.equal(written.trimmed, true)
  }
})

test('terminationLog false writes nothing, and another path is written instead', async () => {
  for (const [terminationLog, written] of [
    [false, []],
    ['/other', ['/other']],
  ] as const) {
    const host = new FakeHost()
    for (const path of ['/dev/termination-log', '/other']) host.process.files.set(path, '')
    await createLifecycle({ probePort: false, logger: false, terminationLog }, host).shutdown()
    assert.deepEqual(
      [...host.process.files].filter(([, text]) => text !== '').map(([path]) => path),
      written,
    )
  }
})

test('forcedExitCode() is 128 and the number of the signal, as shells report it', () => {
  assert.equal(realProcess().forcedExitCode('SIGTERM'), 143)
  assert.equal(realProcess().forcedExitCode('SIGINT'), 130)
  assert.equal(realProcess().forcedExitCode('SIGHUP'), 128 + constants.signals.SIGHUP)
})

test('onSignal() listens until it is disposed of', () => {
  const before = process.listenerCount('SIGUSR2')
  const subscription = realProcess().onSignal('SIGUSR2', () => {})
  assert.equal(process.listenerCount('SIGUSR2'), before + 1)
  subscription[Symbol.dispose]()
  assert.equal(process.listenerCount('SIGUSR2'), before)
})
