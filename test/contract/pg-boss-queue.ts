import type { TestContext } from 'node:test'
import { PgBoss } from 'pg-boss'
import { startPostgres } from '../helpers/services.ts'

/** A queue `emails` of pg-boss on a PostgreSQL of its own, until the test ends. */
export interface PgBossQueue {
  /** What a program needs to find it. */
  readonly env: { readonly DATABASE_URL: string }
  /** Adds a job that waits at this gate; resolves to its id. */
  readonly add: (gate: string) => Promise<string>
  readonly stateOf: (id: string) => Promise<string | undefined>
}

/** Starts a PostgreSQL and makes the queue in it. */
export async function startPgBoss(t: TestContext): Promise<PgBossQueue> {
  const { url, onEnd } = await startPostgres(t)
  const boss = new PgBoss(url)
  await boss.start()
  onEnd(() => boss.stop({ graceful: false }))
  await boss.createQueue('emails')
  return {
    env: { DATABASE_URL: url },
    add: async (gate) => (await boss.send('emails', { gate }))!,
    stateOf: async (id) => (await boss.findJobs('emails', { id }))[0]?.state,
  }
}
