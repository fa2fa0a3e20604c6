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
import { takePort } from '../helpers/ports.ts'
import { startRedis } from '../helpers/services.ts'

type Environment = Readonly<Record<string, string>>

const startWorker = (t: TestContext, env: Environment): Promise<Child> =>
  start(t, 'worker.js', { LASTCALL_PROBE_PORT: 'false', ...env })

/** Starts a program of examples/worker inside of test/contract, so that its packages are found. */
async function start(t: TestContext, file: string, env: Environment): Promise<Child> {
  const servers = join(top, 'test', 'contract', 'servers', '.run')
  mkdirSync(servers, { recursive: true })
  const folder = mkdtempSync(join(servers, 'example-'))
  cpSync(join(top, 'examples', 'worker', file), join(folder, file))
  const worker = spawn(process.execPath, [file], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => {
    worker.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  const child = new Child(worker)
  await child.line(/^(working on|taking) orders$/)
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

  testWith('redis-server')(
    'the producer says how often a job was done, and knows no other route',
    async (t) => {
      const { url } = await startRedis(t)
      const port = await takePort()
      await start(t, 'jobs.js', { REDIS_URL: url, PORT: String(port), JOB_MS: '10-20' })
      const ask = (path: string, method = 'GET'): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${path}`, { method })
      const done = async (): Promise<unknown> => (await ask('/jobs/a-1')).json()
      assert.deepEqual([(await ask('/jobs/a-1', 'POST')).status, await done()], [200, { done: 0 }])
      assert.equal((await ask('/jobs/')).status, 404)
      await startWorker(t, { REDIS_URL: url })
      await eventually('the job is done', async () => JSON.stringify(await done()) === '{"done":1}')
    },
  )
})
