// A server and a worker as BullMQ's documentation shows them, with a handler for SIGTERM that closes both.
const { createServer } = require('node:http')
const { Worker } = require('bullmq')
const { work } = require('./work.cjs')

const worker = new Worker('emails', (job) => work(job.data.gate), {
  connection: { url: process.env.REDIS_URL },
})
worker.on('ready', () => console.log('working'))
worker.on('error', console.error)

const server = process.env.PORT ? createServer((request, response) => response.end('ok\n')) : undefined
server?.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'))

process.on('SIGTERM', async () => {
  console.log('handled')
  await worker.close()
  if (!server) return process.exit(0)
  server.close(() => {
    console.log('closed')
    process.exit(0)
  })
})
