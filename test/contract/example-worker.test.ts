import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext } from 'node:test'
import { Queue } from 'bullmq'
import { top } from '../docs/pages.ts'
import { Child } from '../helpers/child.ts'
import { eventually } from '../helpers/eventually.ts'
import { testWith } from '../helpers/needs.ts'
import { startRedis } from '../helpers/services.ts'

/** Starts examples/worker inside of test/contract, so that its packages are found. */
async function startWorker(t: TestContext, env: Readonly<Record<string, string>>): Promise<Child> {
  const servers = join(top, 'test', 'contract', 'servers', '.run')
  mkdirSync(servers, { recursive: true })
  const folder = mkdtempSync(join(servers, 'example-'))
  cpSync(join(top, 'examples', 'worker', 'worker.js'), join(folder, 'worker.js'))
  const worker = spawn(process.execPath, ['worker.js'], {
    cwd: folder,
    env: { ...process.env, LASTCALL_PROBE_PORT: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => {
    worker.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  const child = new Child(worker)
  await child.line(/^working on orders$/)
  return child
}

suite('examples/worker', () => {
  testWith('redis-server')('finishes quick jobs and gives back slow ones, each once', async (t) => {
    const { url, onEnd } = await startRedis(t)
    const queue = new Queue('orders', { connection: { url } })
    onEnd(() => queue.close())
    const first = await startWorker(t, { REDIS_URL: url, LASTCALL_DRAIN_TIMEOUT: '4s' })
    const quick = await queue.add('order', { id: 'quick', ms: 500 })
    const slow = await queue.add('order', { id: 'slow', ms: 60_000 })
    await eventually('both are in hand', async () => (await queue.getActiveCount()) === 2)
    first.kill('SIGTERM')
    assert.deepEqual(await first.exit(), { code: 0, signal: null })
    assert.deepEqual([await quick.getState(), await slow.getState()], ['completed', 'waiting'])
    const { id, runs } = (await queue.getJob(quick.id!))!.returnvalue as { id: string; runs: number }
    assert.deepEqual([id, runs], ['quick', 1])
  })
})
