// Hono on Node.js with the graceful shutdown of its documentation (hono.dev, "Node.js").
import { setTimeout } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => c.text('Hello Node.js!'))
app.get('/slow', async (c) => {
  console.log('slow')
  c.env.outgoing.on('finish', () => console.log('slow answered'))
  await setTimeout(2000)
  return c.text('Hello at last!')
})

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT || 3000) })

process.on('SIGINT', () => {
  server.close()
  process.exit(0)
})
process.on('SIGTERM', () => {
  console.log('cleanup')
  server.close((err) => {
    if (err) {
      console.error(err)
      process.exit(1)
    }
    process.exit(0)
  })
})
