import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { blockUntilOpen, database, passGate } from '#parts'

export { database }
export const app = new Hono()

app.get('/', (context) => context.text('ok'))
app.get('/slow', async (context) => {
  await passGate(context.req.query('gate') ?? '')
  return context.text(await database.query())
})
app.get('/stream', (context) =>
  stream(context, async (output) => {
    await output.write('begun ')
    await passGate(context.req.query('gate') ?? '')
    await output.write(await database.query())
  }),
)
app.post('/echo', async (context) => context.text(await context.req.text()))
app.get('/block', (context) => {
  blockUntilOpen(context.req.query('gate') ?? '')
  return context.text('ok')
})
