import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Report } from '../../../src/core/report.ts'
import { startChild } from '../../helpers/child.ts'

test('the report is the termination message, where the file is there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'termination-log')
  writeFileSync(path, '')
  const child = startChild(t, 'lifecycle/serving.ts', { env: { LASTCALL_TERMINATION_LOG: path } })
  await child.line(/^ready/)
  child.kill('SIGTERM')
  assert.equal((await child.exit()).code, 0)
  const written = JSON.parse(readFileSync(path, 'utf8')) as Report
  assert.deepEqual(written, child.report())
})

test('the report is complete when stderr is a full pipe that is read late (trap 32)', async (t) => {
  const child = startChild(t, 'lifecycle/talkative.ts')
  await child.line(/^ready/)
  child.process.stderr!.pause()
  child.kill('SIGTERM')
  // Long enough for the pipe to be full: what is tested is that the exit waits for its reader.
  await new Promise((resolve) => setTimeout(resolve, 300))
  child.process.stderr!.resume()
  assert.equal((await child.exit()).code, 0)
  const lines = child.stderr.trimEnd().split('\n')
  assert.equal(lines.filter((line) => /^\d+ x{1000}$/.test(line)).length, 400)
  for (const line of lines.filter((text) => !/^\d+ x/.test(text))) JSON.parse(line)
  assert.equal(child.report().clean, true)
})

test('nobody reading stdout does not keep the process from its end', async (t) => {
  const child = startChild(t, 'lifecycle/blocked-stdout.ts')
  child.process.stdout!.pause()
  await new Promise<void>((resolve) => {
    child.process.stderr!.on('data', () => /^ready$/m.test(child.stderr) && resolve())
  })
  const began = performance.now()
  child.kill('SIGTERM')
  const code = await new Promise((resolve) => child.process.once('exit', resolve))
  assert.equal(code, 0)
  assert.ok(performance.now() - began < 10_000)
  assert.equal(child.report().clean, true)
})

for (const stream of ['stdout', 'stderr'] as const) {
  test(`a reader of ${stream} that went away does not end the shutdown before its time`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'termination-log')
    writeFileSync(path, '')
    const child = startChild(t, 'lifecycle/hooks.ts', {
      args: ['hangs'],
      env: { LASTCALL_TERMINATION_LOG: path },
    })
    await child.line(/^ready/)
    child.process[stream]!.destroy()
    const ended = new Promise((resolve) => child.process.once('exit', resolve))
    child.kill('SIGTERM')
    assert.equal(await ended, 1)
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report
    assert.equal(report.events.at(-1)!.event, 'hooksTimedOut')
  })
}
