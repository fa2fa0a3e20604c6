// A server and a worker as pg-boss' documentation shows them, with a handler for SIGTERM that stops both.
import { createServer } from 'node:http'
import { PgBoss } from 'pg-boss'
import { work } from './work.cjs'

const boss = new PgBoss(process.env.DATABASE_URL)
boss.on('error', console.error)
await boss.start()
await boss.work('emails', { pollingIntervalSeconds: 0.5 }, ([job]) => work(job.data.gate))
console.log('working')

const server = process.env.PORT ? createServer((request, response) => response.end('ok\n')) : undefined
server?.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'))

process.on('SIGTERM', async () => {
  console.log('handled')
  await boss.stop()
  console.log('stopped')
  server?.close()
})
