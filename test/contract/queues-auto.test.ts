import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext } from 'node:test'
import { Queue } from 'bullmq'
import type { Child } from '../helpers/child.ts'
import { httpGet } from '../helpers/http-get.ts'
import { testWith, type Tool } from '../helpers/needs.ts'
import { startPgBoss } from './pg-boss-queue.ts'
import { innerPid, pidOneCommand, skipPidOne } from '../helpers/pid-one.ts'
import { takePort } from '../helpers/ports.ts'
import { startRedis } from '../helpers/services.ts'
import { logged, runApp } from '../integrations/auto/setup.ts'

/** An application that nobody has changed, with a queue of its own. */
interface Application {
  readonly name: string
  readonly needs: Tool
  readonly program: string
  readonly prepare: (t: TestContext) => Promise<QueueOfJobs>
}

interface QueueOfJobs {
  readonly env: Readonly<Record<string, string>>
  readonly add: (gate: string) => Promise<string>
  readonly isDone: (job: string) => Promise<boolean>
}

const applications: readonly Application[] = [
  {
    name: 'BullMQ, CommonJS',
    needs: 'redis-server',
    program: 'bullmq.cjs',
    prepare: async (t) => {
      const { url, onEnd } = await startRedis(t)
      const queue = new Queue('emails', { connection: { url } })
      onEnd(() => queue.close())
      return {
        env: { REDIS_URL: url },
        add: async (gate) => (await queue.add('email', { gate })).id!,
        isDone: async (job) => (await queue.getJobState(job)) === 'completed',
      }
    },
  },
  {
    name: 'pg-boss, ES modules',
    needs: 'postgres',
    program: 'pg-boss.mjs',
    prepare: async (t) => {
      const { env, add, stateOf } = await startPgBoss(t)
      return { env: { ...env }, add, isDone: async (job) => (await stateOf(job)) === 'completed' }
    },
  },
]

interface Running {
  readonly child: Child
  readonly queue: QueueOfJobs
  readonly open: (gate: string) => void
}

/** Runs the application under lastcall/auto; resolves when it has the job `first` in hand. */
async function start(
  t: TestContext,
  { program, prepare }: Application,
  { env = {}, command = [] }: { env?: Record<string, string>; command?: readonly string[] } = {},
): Promise<Running & { readonly first: string }> {
  const queue = await prepare(t)
  const gates = mkdtempSync(join(tmpdir(), 'lastcall-gates-'))
  t.after(() => rmSync(gates, { recursive: true }))
  const child = runApp(t, `../../contract/apps/queues/${program}`, {
    env: { GATES: gates, ...queue.env, ...env },
    command,
  })
  await child.line(/^working$/)
  const first = await queue.add('first')
  await child.line(/^took first$/)
  return { child, queue, first, open: (gate) => writeFileSync(join(gates, gate), '') }
}

for (const application of applications) {
  const testQueue = testWith(application.needs)

  suite(`${application.name}, under lastcall/auto`, { concurrency: 2 }, () => {
    testQueue(
      'LASTCALL_AUTO_HANDLERS=signal: no job is taken after the signal, those in hand finish, and the server serves on',
      async (t) => {
        const port = await takePort()
        const { child, queue, first, open } = await start(t, application, {
          env: { PORT: String(port), LASTCALL_AUTO_HANDLERS: 'signal', LASTCALL_SHUTDOWN_DELAY: '4s' },
        })
        await logged(child, 'startupCompleted')
        child.kill('SIGTERM')
        await child.line(/^handled$/)
        const second = await queue.add('second')
        open('first')
        await child.line(/^did first$/)
        assert.equal((await httpGet(port, '/')).status, 200)
        assert.deepEqual(await child.exit(), { code: 0, signal: null })
        assert.doesNotMatch(child.stdout, /took second/)
        assert.deepEqual([await queue.isDone(first), await queue.isDone(second)], [true, false])
        assert.equal(child.report().clean, true)
      },
    )

    testQueue('without a server its handler has the signal at once, and nothing is changed', async (t) => {
      const { child, queue, first, open } = await start(t, application)
      child.kill('SIGTERM')
      await child.line(/^handled$/)
      const second = await queue.add('second')
      open('first')
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
      assert.doesNotMatch(child.stdout, /took second/)
      assert.deepEqual([await queue.isDone(first), await queue.isDone(second)], [true, false])
      assert.doesNotMatch(child.stderr, /lastcall:/)
    })

    testQueue('and so it is as process 1 of a container', { skip: skipPidOne }, async (t) => {
      const { child, queue, first, open } = await start(t, application, { command: pidOneCommand })
      process.kill(innerPid(child), 'SIGTERM')
      await child.line(/^handled$/)
      open('first')
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
      assert.equal(await queue.isDone(first), true)
      assert.doesNotMatch(child.stderr, /lastcall:/)
    })
  })
}
